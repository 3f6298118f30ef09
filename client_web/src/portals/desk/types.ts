/** The bank's shapes the paper desk reads, from the generated declarations, under the desk's shorter names. */
import type * as Api from "@/api/schema";

export type { BankView, ItemLine, ItemPage, ItemView, VerdictResult } from "@/api/schema";
export type SpecNode = Api.SpecNodeView;
export type Specification = Api.SpecificationView;
export type Custodian = Api.CustodianView;
export type Paper = Api.PaperView;
