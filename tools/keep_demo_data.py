"""Write the demo data of this version for the test of the next one: ``python tools/keep_demo_data.py``.

A demo with fresh data is started, the whole journey walked, every paper made and sealed; then ``yipan backup`` writes
it to ``tests/data/upgrade/``, with its keys (demo keys, which belong to nobody). The archive kept before is removed.
docs/decisions/0008-upgrade-data.md says when to do this.
"""

import datetime as dt
import sys
import tarfile
from pathlib import Path

CLONE = Path(__file__).parents[1]
sys.path[:0] = [str(CLONE / "src"), str(CLONE / "tests" / "support")]

import books  # noqa: E402
from demo_house import House, empty_place  # noqa: E402

from yipan import __version__  # noqa: E402
from yipan.house.walks import Hotel  # noqa: E402

FOLDER = CLONE / "tests" / "data" / "upgrade"


def main() -> int:
    house = House(empty_place("kept"))
    try:
        house.start()
        hotel = Hotel(house.address)
        hotel.food_licence()
        hotel.hygiene_licence()
        hotel.hygiene_refused()
        hotel.close()
        books.drain(house)
        backup = house.data / "yipan.tar"
        answer = house.yipan(["backup", str(backup)])
        if answer.returncode:
            print(answer.stdout + answer.stderr, file=sys.stderr)
            return 1
        FOLDER.mkdir(parents=True, exist_ok=True)
        for old in FOLDER.glob("*.tar.xz"):
            old.unlink()
        target = FOLDER / f"demo-{__version__}-{dt.datetime.now(dt.UTC):%Y%m%d}.tar.xz"
        with tarfile.open(target, "w:xz", preset=9) as archive:
            archive.add(backup, "yipan.tar")
            for name in ("crypto-keys.json", "records-roots.jsonl"):
                if (house.places.keys / name).exists():
                    archive.add(house.places.keys / name, f"keys/{name}")
        print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
    finally:
        house.abandon()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
