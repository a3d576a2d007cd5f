"""Whatever a host says and a board does, the C code touches no byte that is not its own."""

import subprocess

import pytest

CHECKED = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")


@pytest.fixture(scope="module")
def hostile(compile_c, tmp_path_factory):
    empty = tmp_path_factory.mktemp("probe") / "empty.c"
    empty.write_text("int main(void) { return 0; }\n", encoding="utf-8")
    probe = subprocess.run(
        ["cc", *CHECKED, empty, "-o", empty.with_suffix("")], capture_output=True, timeout=60
    )  # musl has none
    if probe.returncode != 0:
        pytest.skip("this system's C compiler has no sanitizers")
    return compile_c("hostile", *CHECKED, __file__.replace("test_hostile.py", "hostile.c"))


def test_hostile_hosts_and_boards_find_no_way_out(hostile, session_seed, heavy_count):
    command = [hostile, str(session_seed), str(heavy_count(20_000))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-4000:]
