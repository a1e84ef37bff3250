"""The samples of a run: one Parquet file each, named by the run's key, so that writing it twice changes nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import IO

import numpy as np

from backstride.errors import StoreError
from backstride.model.run import Samples

__all__ = ["Streams", "is_parquet"]

_EXACT = ("time_s", "distance_m", "latitude_deg", "longitude_deg")
"""Columns that need more than the seven digits of a 32-bit number."""
_LEFT_OVER_S = 86_400
_SUFFIX = ".parquet"


class Streams:
    """The streams of one runner.

    Parameters
    ----------
    folder : Path
        Made when the first stream is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        """Where the stream of this key lies."""
        return self.folder / key[:2] / f"{key}{_SUFFIX}"

    def write(self, key: str, samples: Samples) -> tuple[str, ...]:
        """Write the samples whole or not at all, and give the names of the columns.

        Raises
        ------
        StoreError
            When the disk is full or closed.
        """
        import polars as pl

        columns = {
            name: pl.Series(name, values, dtype=pl.Float64 if name in _EXACT else pl.Float32, nan_to_null=True)
            for name, values in samples.items()
        }
        frame = pl.DataFrame(columns)
        self._whole(key, lambda file: frame.write_parquet(file, compression="zstd", compression_level=1, statistics=False))
        return tuple(samples)

    def put(self, key: str, data: bytes) -> None:
        """Keep a stream that is Parquet already (from an export).

        Raises
        ------
        StoreError
            When the disk is full or closed.
        """
        self._whole(key, lambda file: file.write(data))

    def _whole(self, key: str, write: Callable[[IO[bytes]], object]) -> None:
        target = self.path(key)
        partial = ""
        try:
            self._make(target.parent)
            handle, partial = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
            with os.fdopen(handle, "wb") as file:
                write(file)
            os.replace(partial, target)
        except Exception as error:  # the data frame library has errors of its own for a full disk
            with contextlib.suppress(OSError):
                os.unlink(partial)
            raise StoreError(f"cannot keep the samples: {_words(error)}.", place=str(target.parent), remedy=_REMEDY) from None

    def read(self, key: str) -> Samples:
        """The samples of this key, NaN where missing.

        Raises
        ------
        StoreError
            When they are gone or damaged.
        """
        import polars as pl

        try:
            frame = pl.read_parquet(self.path(key), glob=False)
            return {name: frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64) for name in frame.columns}
        except Exception as error:  # the data frame library has errors of its own for a damaged or foreign file
            remedy = "Import the file again, or restore a backup."
            raise StoreError(f"the samples of a run are lost: {_words(error)}.", place=str(self.path(key)), remedy=remedy) from None

    def data(self, key: str) -> bytes:
        """The Parquet file itself; empty when it is gone or cut off."""
        try:
            data = self.path(key).read_bytes()
        except OSError:
            return b""
        return data if is_parquet(data) else b""

    def remove(self, keys: Collection[str]) -> None:
        """Delete the streams of these keys, if they are there."""
        for key in keys:
            self.path(key).unlink(missing_ok=True)

    def remove_all(self) -> None:
        """Delete every stream and the folder.

        Raises
        ------
        StoreError
            When some of it stays.
        """
        try:
            if self.folder.exists():
                shutil.rmtree(self.folder)
        except OSError as error:
            raise StoreError(
                f"not all of it could be deleted: {_words(error)}.", place=str(self.folder), remedy="Delete the folder."
            ) from None

    def sweep(self, wanted: Collection[str]) -> None:
        """Delete what an import that was killed left behind: streams that no run has, once they are a day old."""
        old = time.time() - _LEFT_OVER_S
        for path in self._files():
            if path.name.removesuffix(_SUFFIX) not in wanted:
                with contextlib.suppress(OSError):
                    if path.stat().st_mtime < old:
                        path.unlink()

    def _make(self, folder: Path) -> None:
        for path in (self.folder.parent, self.folder, folder):
            path.mkdir(exist_ok=True, mode=0o700)

    def _files(self) -> Iterator[Path]:
        for folder in self.folder.glob("??"):
            yield from folder.iterdir()


def is_parquet(data: bytes) -> bool:
    """Whether the bytes begin and end as a Parquet file does."""
    return len(data) > 12 and data[:4] == b"PAR1" and data[-4:] == b"PAR1"


_REMEDY = "Make room or open the folder, then do the same again; nothing that was kept is lost."


def _words(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error).splitlines()[0] or type(error).__name__)[:120]
