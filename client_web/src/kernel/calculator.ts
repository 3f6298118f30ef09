/**
 * The candidate's calculator: + − × ÷, brackets, powers, roots, percent. Reads the line itself; nothing is evaluated.
 *
 * Grammar: sum = product (("+"|"-") product)* ; product = power (("*"|"/") power)* ;
 * power = "-" power | root ("^" power)? ; root = "√" root | atom "%"* ; atom = number | "π" | "(" sum ")".
 */

export class NotReadable extends Error {}

export function calculate(line: string): number {
  const reader = new Reader(normalise(line));
  const value = reader.sum();
  reader.end();
  if (!Number.isFinite(value)) throw new NotReadable("not a number");
  return value;
}

/** At most ten significant digits, no trailing zeros: what a pocket calculator shows. */
export const shown = (value: number): string => String(Number(value.toPrecision(10)));

const normalise = (line: string): string =>
  line.normalize("NFKC").replaceAll("×", "*").replaceAll("÷", "/").replaceAll("−", "-").replace(/\s+/g, "");

class Reader {
  private at = 0;
  constructor(private readonly line: string) {}

  sum(): number {
    let value = this.product();
    for (;;) {
      if (this.take("+")) value += this.product();
      else if (this.take("-")) value -= this.product();
      else return value;
    }
  }

  end(): void {
    if (this.at < this.line.length) throw new NotReadable(this.line.slice(this.at));
  }

  private product(): number {
    let value = this.power();
    for (;;) {
      if (this.take("*")) value *= this.power();
      else if (this.take("/")) value /= this.power();
      else return value;
    }
  }

  private power(): number {
    if (this.take("-")) return -this.power();
    const base = this.root();
    return this.take("^") ? base ** this.power() : base;
  }

  private root(): number {
    return this.take("√") ? Math.sqrt(this.root()) : this.percent();
  }

  private percent(): number {
    let value = this.atom();
    while (this.take("%")) value /= 100;
    return value;
  }

  private atom(): number {
    if (this.take("(")) {
      const value = this.sum();
      if (!this.take(")")) throw new NotReadable("bracket");
      return value;
    }
    if (this.take("π")) return Math.PI;
    const match = /^(\d+\.?\d*|\.\d+)/.exec(this.line.slice(this.at));
    if (!match) throw new NotReadable(this.line.slice(this.at));
    this.at += match[0].length;
    return Number(match[0]);
  }

  private take(sign: string): boolean {
    if (this.line[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }
}
