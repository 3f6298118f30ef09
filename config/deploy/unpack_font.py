"""Takes two weights of Noto Sans SC out of a package archive, after its SHA-512 proved right.

Usage: unpack_font.py ARCHIVE SHA512_BASE64 FOLDER
"""

import base64
import hashlib
import sys
import tarfile
from pathlib import Path

WANTED = {
    "package/400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
    "package/700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
    "package/LICENSE_FONT": "NotoSansSC-LICENSE.txt",
}


def unpack(archive: Path, digest: str, folder: Path) -> None:
    """Writes the wanted files into the folder; exits with a sentence when the archive is another one."""
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != digest:
        sys.exit(f"{archive.name} is not the expected archive: SHA-512 {found}")
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        for inside, name in WANTED.items():
            source = tar.extractfile(inside)
            if source is None:
                sys.exit(f"{archive.name} holds no {inside}")
            (folder / name).write_bytes(source.read())


if __name__ == "__main__":
    unpack(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
