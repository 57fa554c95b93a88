import onnxruntime as ort
import pytest

from models.smolvlm.graphs import open_graphs
from tests.models.smolvlm.toys import TOY
from vision.errors import ConfigError, DeviceUnavailable, ModelError

PATHS = {"embedding": TOY / "onnx" / "embed_tokens.onnx"}


def test_threads_do_not_spin_and_are_as_many_as_asked():
    seen = []

    def opener(path, options, provider):
        spinning = options.get_session_config_entry("session.intra_op.allow_spinning")
        seen.append((options.intra_op_num_threads, spinning, provider))
        return ort.InferenceSession(path, options, providers=[provider])

    _, runtime = open_graphs(PATHS, device="cpu", threads=3, opener=opener)
    assert seen == [(3, "0", "CPUExecutionProvider")]
    assert str(runtime) == "cpu, 3 threads (asked for)"


def test_a_device_that_is_not_there_is_named():
    with pytest.raises(DeviceUnavailable, match="device tensorrt cannot be used"):
        open_graphs(PATHS, device="tensorrt")
    with pytest.raises(ConfigError, match="at least one thread"):
        open_graphs(PATHS, threads=0)


def test_a_damaged_graph_is_refused(tmp_path):
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(PATHS["embedding"].read_bytes()[:500])
    with pytest.raises(ModelError, match="cannot be loaded: cpu failed"):
        open_graphs({"embedding": damaged}, device="cpu")
