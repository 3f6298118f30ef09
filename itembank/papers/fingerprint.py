"""Decides the words by which two people compare a custodian's keys over the telephone.

For enrolment. The digest of both public keys picks eight of 256 characters: the first lines of the Thousand Character
Classic, in which no character occurs twice; 64 bits, read in two groups of four as everybody at school has.
"""

import hashlib

from examserver.kernel.canonical import b64u, encode

CLASSIC = (
    "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈"
    "剑号巨阙珠称夜光果珍李柰菜重芥姜海咸河淡鳞潜羽翔龙师火帝鸟官人皇始制文字乃服衣裳推位让国有虞陶唐"
    "吊民伐罪周发殷汤坐朝问道垂拱平章爱育黎首臣伏戎羌遐迩一体率宾归王鸣凤在竹白驹食场化被草木赖及万方"
    "四大五常恭惟鞠养岂敢毁伤女慕贞洁男效才良知过必改得能莫忘罔谈彼短靡恃己长信使可复器欲难量墨悲丝染"
    "诗赞羔羊景行维贤克念作圣德建名立形端表正空谷传声虚堂习听祸因恶积福缘善庆尺璧非宝寸阴是竞"
    "资父事君曰严与敬孝当竭力忠则尽命临深履薄"
)


def fingerprint(signing_key: bytes, sealing_key: bytes) -> bytes:
    """The digest of both public keys."""
    keys = {"signing_key": b64u(signing_key), "sealing_key": b64u(sealing_key)}
    return hashlib.sha256(encode(keys, "exam.key-fingerprint", 1)).digest()


def fingerprint_words(signing_key: bytes, sealing_key: bytes) -> str:
    """Eight characters in two groups."""
    words = "".join(CLASSIC[byte] for byte in fingerprint(signing_key, sealing_key)[:8])
    return f"{words[:4]} {words[4:]}"
