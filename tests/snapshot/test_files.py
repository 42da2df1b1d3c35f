"""Snapshots as files, and folders of them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gatekeeper.errors import InvalidInput, OutputError
from gatekeeper.files import Unreadable, read_bounded, write_atomically
from gatekeeper.model.snapshot import Evidence, Snapshot, Subject
from gatekeeper.snapshot import build_snapshot, file_name, find_newest, list_recorded, read_snapshot, write_snapshot

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)


def taken(at: datetime = NOW, system: str = "demo", value: str = "x") -> Snapshot:
    item = Evidence("a", "json", "a.json", "json", None, at, value, None, None, "")
    return build_snapshot(system, Subject(), [item])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ---------------------------------------------------------------- one file


def test_a_file_is_named_by_time_and_digest_and_holds_what_the_digest_is_of(tmp_path: Path) -> None:
    snapshot = taken(NOW + timedelta(milliseconds=999))
    path = write_snapshot(snapshot, tmp_path / "new" / "folder")
    assert path.name == f"20260303T090000Z-{hashlib.sha256(path.read_bytes()).hexdigest()}.json"
    assert path.name == file_name(snapshot)
    assert names(path.parent) == [path.name]


def test_a_file_is_read_back_as_it_was(tmp_path: Path) -> None:
    snapshot = taken()
    found = read_snapshot(write_snapshot(snapshot, tmp_path))
    assert found.items == snapshot.items
    assert found.digest == snapshot.digest
    assert found.origin == str(tmp_path / file_name(snapshot))


def test_a_snapshot_that_is_there_already_is_left_alone(tmp_path: Path) -> None:
    path = write_snapshot(taken(), tmp_path)
    os.utime(path, (1, 1))
    assert write_snapshot(taken(), tmp_path) == path
    assert path.stat().st_mtime == 1


def test_a_changed_file_is_neither_read_nor_written_over(tmp_path: Path) -> None:
    path = write_snapshot(taken(), tmp_path)
    changed = path.read_bytes().replace(b"a.json", b"b.json")
    path.write_bytes(changed)
    with pytest.raises(InvalidInput, match="was changed: it does not have the digest in its name"):
        read_snapshot(path)
    with pytest.raises(
        OutputError, match="was changed: it does not hold the snapshot that its name says; move it away"
    ):
        write_snapshot(taken(), tmp_path)
    assert path.read_bytes() == changed


def test_a_name_with_another_time_is_refused(tmp_path: Path) -> None:
    path = write_snapshot(taken(), tmp_path)
    later = path.rename(path.with_name(path.name.replace("090000", "095959")))
    with pytest.raises(InvalidInput, match="was changed: it does not have the time in its name"):
        read_snapshot(later)


def test_a_file_of_another_name_is_read_for_what_it_is(tmp_path: Path) -> None:
    path = write_snapshot(taken(), tmp_path).rename(tmp_path / "copy.json")
    assert read_snapshot(path).digest == taken().digest


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "link", "large"])
def test_what_is_no_file_is_refused_in_one_line(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "link":
            path.symlink_to(write_snapshot(taken(), tmp_path))
        case "large":
            with path.open("wb") as file:
                file.truncate(100 * 1024 * 1024)
    said = {
        "missing": "there is no such file or folder",
        "folder": "is a folder, not a file",
        "pipe": "is not a regular file",
        "link": "is a symbolic link, which is not followed",
        "large": "is too large: 104,857,600 bytes; at most 67,108,864 are read",
    }[kind]
    with pytest.raises(InvalidInput) as caught:
        read_snapshot(path)
    assert str(caught.value) == f"{path} cannot be read as a snapshot: {said}"


def test_what_stands_in_the_way_of_a_snapshot_is_named(tmp_path: Path) -> None:
    (tmp_path / file_name(taken())).mkdir()
    with pytest.raises(OutputError, match="is in the way: it is a folder, not a file; move it away"):
        write_snapshot(taken(), tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be made"):
        write_snapshot(taken(), tmp_path / "file")


# ---------------------------------------------------------------- writing


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    write_atomically(path, b"after")
    assert path.read_bytes() == b"after"
    assert names(tmp_path) == ["out.txt"]


def test_a_write_that_fails_half_way_loses_nothing_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError) as caught:
        write_atomically(path, b"after")
    assert str(caught.value) == f"{path} cannot be written: no space left on device; choose another place"
    assert path.read_text() == "before"
    assert names(tmp_path) == ["out.txt"]


@pytest.mark.parametrize(
    ("place", "said"),
    [("gone/out.txt", "there is no such file or folder"), ("folder", "is a folder"), ("file/out.txt", "no folder")],
)
def test_a_place_that_cannot_be_written_is_named(place: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    before = names(tmp_path)
    with pytest.raises(OutputError, match=said):
        write_atomically(tmp_path / place, b"x")
    assert names(tmp_path) == before


@pytest.mark.usefixtures("bound_by_permissions")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="permission denied"):
        write_atomically(tmp_path / "out.txt", b"x")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_a_file_that_is_replaced_keeps_its_permissions(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    path.chmod(mode)
    write_atomically(path, b"after")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"after", mode)


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_new_file_has_the_permissions_that_the_process_gives(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "out.txt", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "out.txt").stat().st_mode & 0o777 == 0o666 & ~umask


def test_a_read_only_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    path.chmod(0o444)
    with pytest.raises(OutputError, match="cannot be written: is read-only"):
        write_atomically(path, b"after")
    assert path.read_text() == "before"
    assert names(tmp_path) == ["out.txt"]


def test_a_pipe_is_written_whole_where_somebody_reads_it_and_refused_where_nobody_does(tmp_path: Path) -> None:
    path, data = tmp_path / "pipe", b"x" * 300_000
    os.mkfifo(path)
    with pytest.raises(OutputError, match="nobody reads it"):
        write_atomically(path, data)
    with (tmp_path / "read").open("wb") as read, subprocess.Popen(["cat", str(path)], stdout=read) as reader:
        deadline = time.monotonic() + 20
        while True:
            try:
                write_atomically(path, data)
                break
            except OutputError:  # cat has not opened it yet
                assert time.monotonic() < deadline
                time.sleep(0.05)
        reader.wait(timeout=20)
    assert (tmp_path / "read").read_bytes() == data


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_atomically(Path(os.devnull), b"x")
    assert not Path(os.devnull).is_file()


def test_a_link_keeps_leading_to_the_file_that_was_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real").write_text("before")
    write_atomically(tmp_path / "link", b"after")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"after"


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="embedded null"):
        read_bounded(tmp_path / "a\0b", 10)
    with pytest.raises(OutputError):
        write_atomically(tmp_path / ("x" * 300), b"")


# ---------------------------------------------------------------- folders


def test_the_newest_snapshot_that_is_not_later_is_chosen(tmp_path: Path) -> None:
    early, late = taken(NOW - timedelta(days=1)), taken(NOW)
    write_snapshot(early, tmp_path / "one")
    write_snapshot(late, tmp_path / "two")
    folders = [tmp_path / "one", tmp_path / "two", tmp_path / "not there"]

    def newest(at: datetime) -> str | None:
        found = find_newest(folders, "demo", at)
        return None if found is None else found.digest

    assert newest(NOW) == late.digest
    assert newest(NOW + timedelta(days=99)) == late.digest
    assert newest(NOW - timedelta(milliseconds=1)) == early.digest
    assert newest(NOW - timedelta(days=2)) is None


def test_the_fraction_of_a_second_that_the_name_lacks_still_counts(tmp_path: Path) -> None:
    write_snapshot(taken(NOW + timedelta(milliseconds=500)), tmp_path)
    assert find_newest([tmp_path], "demo", NOW) is None
    assert find_newest([tmp_path], "demo", NOW + timedelta(milliseconds=500)) is not None


@pytest.mark.parametrize("values", ["abcd", "dcba"])
def test_of_snapshots_in_one_second_the_newest_is_chosen_whatever_their_digests(values: str, tmp_path: Path) -> None:
    snapshots = [taken(NOW + timedelta(milliseconds=100 * n), value=value) for n, value in enumerate(values)]
    for snapshot in snapshots:
        write_snapshot(snapshot, tmp_path / snapshot.digest[-1])
    folders = list(tmp_path.iterdir())
    for n, snapshot in enumerate(snapshots):
        for after in (0, 99):
            found = find_newest(folders, "demo", NOW + timedelta(milliseconds=100 * n + after))
            assert found is not None
            assert found.digest == snapshot.digest


def test_two_snapshots_of_one_instant_are_an_error_that_names_both(tmp_path: Path) -> None:
    one, two = write_snapshot(taken(value="x"), tmp_path), write_snapshot(taken(value="y"), tmp_path)
    with pytest.raises(InvalidInput, match="were taken at the same instant and differ") as caught:
        find_newest([tmp_path], "demo", NOW)
    assert str(one) in caught.value.message
    assert str(two) in caught.value.message
    later = taken(NOW + timedelta(milliseconds=1))
    write_snapshot(later, tmp_path)
    found = find_newest([tmp_path], "demo", NOW + timedelta(seconds=1))
    assert found is not None
    assert found.digest == later.digest


def test_snapshots_of_other_systems_and_other_files_are_passed_over(tmp_path: Path) -> None:
    mine = write_snapshot(taken(system='de"mo\\'), tmp_path)
    write_snapshot(taken(NOW + timedelta(hours=1), system="other"), tmp_path)
    write_snapshot(taken(NOW + timedelta(hours=1), system='x,"system":"de"mo\\'), tmp_path)
    (tmp_path / "notes.json").write_text("{}")
    (tmp_path / ("20269999T000000Z-" + "0" * 64 + ".json")).write_text("{}")
    (tmp_path / "20260304T000000Z-short.json").mkdir()
    found = find_newest([tmp_path], 'de"mo\\', NOW + timedelta(days=1))
    assert found is not None
    assert found.origin == str(mine)
    assert [each.path for each in list_recorded([tmp_path], 'de"mo\\')] == [mine]


def test_recorded_snapshots_are_listed_newest_first_and_once(tmp_path: Path) -> None:
    snapshots = [taken(NOW + timedelta(hours=hour)) for hour in range(3)]
    for snapshot in snapshots:
        write_snapshot(snapshot, tmp_path / "a")
    write_snapshot(snapshots[0], tmp_path / "b")
    found = list_recorded([tmp_path / "a", tmp_path / "b"], "demo")
    assert [each.digest for each in found] == [each.digest for each in reversed(snapshots)]
    assert [each.taken_at for each in found] == [each.taken_at for each in reversed(snapshots)]


@pytest.mark.parametrize("content", [b"", b"{}", b"nonsense"])
def test_a_broken_newest_snapshot_is_an_error_and_never_passed_over(content: bytes, tmp_path: Path) -> None:
    write_snapshot(taken(NOW - timedelta(days=1)), tmp_path)
    write_snapshot(taken(NOW), tmp_path).write_bytes(content)
    with pytest.raises(InvalidInput, match="is no snapshot"):
        find_newest([tmp_path], "demo", NOW)


def test_a_link_or_pipe_with_the_name_of_a_snapshot_is_an_error(tmp_path: Path) -> None:
    path = write_snapshot(taken(), tmp_path / "outside")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / path.name).symlink_to(path)
    with pytest.raises(InvalidInput, match="is a symbolic link, which is not followed"):
        find_newest([folder], "demo", NOW)
    (folder / path.name).unlink()
    os.mkfifo(folder / path.name)
    with pytest.raises(InvalidInput, match="is not a regular file"):
        list_recorded([folder], "demo")


def test_a_folder_that_cannot_be_searched_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput, match="cannot be searched for snapshots"):
        find_newest([tmp_path / "file"], "demo", NOW)
