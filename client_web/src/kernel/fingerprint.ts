/** The eight characters by which two people compare a custodian's keys over the telephone; as itembank/papers/fingerprint.py. */
import { encode, sha256 } from "./canonical";

/** The first lines of the Thousand Character Classic: 256 characters, none twice. */
const CLASSIC =
  "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈剑号巨阙珠称夜光果珍李柰菜重芥姜海咸河淡鳞潜羽翔龙师火帝鸟官人皇始制文字乃服衣裳推位让国有虞陶唐吊民伐罪周发殷汤坐朝问道垂拱平章爱育黎首臣伏戎羌遐迩一体率宾归王鸣凤在竹白驹食场化被草木赖及万方四大五常恭惟鞠养岂敢毁伤女慕贞洁男效才良知过必改得能莫忘罔谈彼短靡恃己长信使可复器欲难量墨悲丝染诗赞羔羊景行维贤克念作圣德建名立形端表正空谷传声虚堂习听祸因恶积福缘善庆尺璧非宝寸阴是竞资父事君曰严与敬孝当竭力忠则尽命临深履薄";

export async function fingerprintWords(signing_key: string, sealing_key: string): Promise<string> {
  const digest = await sha256(encode({ signing_key, sealing_key }, "exam.key-fingerprint", 1));
  const words = Array.from(digest.slice(0, 8), (byte) => CLASSIC[byte] ?? "").join("");
  return `${words.slice(0, 4)} ${words.slice(4)}`;
}
