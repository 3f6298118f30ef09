/** Records, runs, results and certificates, from the generated declarations. */
import type * as Api from "@/api/schema";

export type { RecordView, ResultLine, ResultView, RunComparison, RunResults, RunView } from "@/api/schema";
export type KeyPackage = Api.KeyPackageView;
export type TraceItem = Api.ResultItem;
