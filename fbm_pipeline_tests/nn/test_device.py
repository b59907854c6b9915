"""Threads, kernels and generators are fixed and put back; a device that is not there is an error of one line."""

import subprocess
import sys

import pytest
import torch

from fbm_pipeline.nn.device import moved, reproducible, summed_vectors
from fbm_pipeline.settings import SettingsError, load_settings


def test_threads_are_set_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    before = torch.get_num_threads()
    state = torch.random.get_rng_state()
    with reproducible(7, 1):
        torch.rand(3)
    assert asked == [7, before]
    assert torch.equal(torch.random.get_rng_state(), state)


def test_on_the_cpu_a_batch_is_itself() -> None:
    value = (torch.ones(2), ("word", torch.zeros(1)))
    assert moved(value, "cpu") is value


def test_tensors_are_moved_wherever_they_stand() -> None:
    value = moved((torch.ones(2), ("word", torch.zeros(1))), "meta")
    assert (value[0].device.type, value[1][0], value[1][1].device.type) == ("meta", "word", "meta")


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(SettingsError, match="FBM_DEVICE='tpu' is unknown; choose one of cpu, cuda"):
        load_settings({"FBM_DEVICE": "tpu"})
    assert load_settings({}).device == "cpu"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_a_device_that_is_not_there_is_one_line_and_exit_2() -> None:
    command = [sys.executable, "-m", "fbm_pipeline.cli.main", "doctor"]
    done = subprocess.run(
        command,
        env={"FBM_DEVICE": "cuda", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "fbm doctor: FBM_DEVICE=cuda, but torch finds no CUDA device here; unset it to train on the CPU"
    )


def test_vectors_are_summed_alike_by_both_ways() -> None:
    codes, vectors = torch.tensor([[0, 2], [1, 1]]), torch.randn(3, 4)
    expected = torch.stack([vectors[0] + vectors[2], 2 * vectors[1]])
    torch.testing.assert_close(summed_vectors(codes, vectors), expected)
    torch.testing.assert_close(torch.nn.functional.embedding(codes, vectors).sum(dim=1), expected)
