/** Whether written text reads as a number to the grading (`formats.md`, "Numbers"), so that a slip is told while there is time. */

const NUMBER = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:(?:[eE]|[×xX*]10\^)[+-]?[0-9]{1,2})?$/;
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const plainDigit = (letter: string): string => (RAISED.includes(letter) ? String(RAISED.indexOf(letter)) : letter === "⁻" ? "-" : "+");

export function readsAsNumber(text: string): boolean {
  if (text.length > 64) return false;
  const raised = text.replace(/[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (run) => `^${[...run].map(plainDigit).join("")}`);
  const narrow = raised.replace(/[\uff01-\uff5e]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0));
  const plain = narrow.replace(/[\s\u0085]/g, "").replace(/[−–]/g, "-");
  return NUMBER.test(plain.replace(/^([+-]?[0-9]{1,3}(?:,[0-9]{3})+)(?![0-9,])/, (run) => run.replaceAll(",", "")));
}
