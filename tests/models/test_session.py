import numpy as np
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper

from models import session as sessions
from models.devices import Runtime
from models.session import Network, open_network
from vision.errors import ConfigError, DeviceUnavailable, ModelError

CPU = "CPUExecutionProvider"
RUNTIME = Runtime("cpu", 1, "test")
SHAPES_OF_TWO = dict.fromkeys(("x", "double", "triple"), (2, 3))


def doubling(*shape, type_=TensorProto.FLOAT):
    """A model with the outputs 2x and x + x + x."""
    graph = helper.make_graph(
        [
            helper.make_node("Add", ["x", "x"], ["double"]),
            helper.make_node("Add", ["double", "x"], ["triple"]),
        ],
        "doubling",
        [helper.make_tensor_value_info("x", type_, shape)],
        [helper.make_tensor_value_info(name, type_, shape) for name in ("double", "triple")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


def cpu_session(model, options=None):
    return ort.InferenceSession(model, options, providers=[CPU])


@pytest.fixture
def cuda_is_offered(monkeypatch):
    offered = ["CUDAExecutionProvider", CPU]
    monkeypatch.setattr(sessions.ort, "get_available_providers", lambda: offered)


@pytest.mark.parametrize("staged", [False, True])
def test_each_run_sees_what_the_inputs_hold_now(staged):
    network = Network(cpu_session(doubling(2, 3)), RUNTIME, staged=staged)
    for value in (1, 5):
        network.inputs["x"][:] = value
        out = network.run()
        np.testing.assert_array_equal(out["double"], np.full((2, 3), 2 * value, np.float32))
        np.testing.assert_array_equal(out["triple"], np.full((2, 3), 3 * value, np.float32))


@pytest.mark.parametrize("staged", [False, True])
def test_only_staged_buffers_are_apart_from_the_hosts(staged):
    network = Network(cpu_session(doubling(2)), RUNTIME, staged=staged)
    apart = network._bound_inputs["x"].data_ptr() != network.inputs["x"].ctypes.data
    assert apart == staged


@pytest.mark.parametrize(
    ("type_", "dtype"),
    [(TensorProto.FLOAT, np.float32), (TensorProto.INT64, np.int64), (TensorProto.INT32, np.int32)],
)
def test_buffers_have_the_models_types(type_, dtype):
    network = open_network(doubling(2, type_=type_), device="cpu")
    network.inputs["x"][:] = 3
    assert network.inputs["x"].dtype == dtype
    assert network.run()["double"].tolist() == [6, 6]


@pytest.mark.parametrize("model", [doubling("batch", 3), doubling(2, type_=TensorProto.DOUBLE)])
def test_open_shapes_and_unknown_types_are_refused(model):
    with pytest.raises(ModelError, match="export the model with a fixed input size"):
        open_network(model, device="cpu")


def test_sides_that_a_model_leaves_free_are_given():
    network = open_network(doubling("batch", 3), device="cpu", shapes=SHAPES_OF_TWO)
    network.inputs["x"][:] = 4
    assert network.run()["triple"].tolist() == [[12, 12, 12]] * 2


@pytest.mark.parametrize("staged", [False, True])
def test_networks_of_other_shapes_share_the_session_but_no_buffers(staged):
    session = cpu_session(doubling("batch", 3))
    small = Network(session, RUNTIME, shapes=SHAPES_OF_TWO, staged=staged)
    large = small.reshaped(dict.fromkeys(SHAPES_OF_TWO, (5, 3)))
    assert large._session is small._session
    assert (large._staged, large.runtime) == (staged, RUNTIME)
    small.inputs["x"][:], large.inputs["x"][:] = 1, 7
    large_out, small_out = large.run()["double"], small.run()["double"]
    np.testing.assert_array_equal(large_out, np.full((5, 3), 14, np.float32))
    np.testing.assert_array_equal(small_out, np.full((2, 3), 2, np.float32))


def test_a_side_of_an_input_that_is_free_and_not_given_is_refused_in_other_shapes_too():
    network = open_network(doubling("batch", 3), device="cpu", shapes=SHAPES_OF_TWO)
    with pytest.raises(ModelError, match=r"x is .* fixed input size"):
        network.reshaped({"double": (2, 3), "triple": (2, 3)})


def test_a_side_of_an_output_that_is_free_and_not_given_is_seen_from_a_run():
    network = open_network(doubling("batch", 3), device="cpu", shapes={"x": (4, 3)})
    network.inputs["x"][:] = 2
    outputs = network.run()
    assert {name: value.shape for name, value in outputs.items()} == dict.fromkeys(
        ("double", "triple"), (4, 3)
    )
    assert (outputs["triple"] == 6).all()


@pytest.mark.usefixtures("cuda_is_offered")
def test_each_device_is_given_the_model_that_suits_it():
    opened = []

    def model(device):
        return {"cuda": b"for cuda", "cpu": doubling(2)}[device]

    def opener(model, options, provider):
        opened.append((provider, model))
        if provider != CPU:
            raise RuntimeError("no driver")
        return cpu_session(model, options)

    assert open_network(model, opener=opener).runtime.device == "cpu"
    assert opened == [("CUDAExecutionProvider", b"for cuda"), (CPU, doubling(2))]


def test_on_a_machine_without_accelerator_auto_takes_the_cpu_and_says_why(monkeypatch):
    monkeypatch.setattr(sessions.ort, "get_available_providers", lambda: [CPU])
    runtime = open_network(doubling(2), threads=3).runtime
    assert runtime == Runtime("cpu", 3, "this onnxruntime has no accelerator")


@pytest.mark.usefixtures("cuda_is_offered")
def test_auto_goes_on_to_the_cpu_when_an_accelerator_fails():
    def opener(model, options, provider):
        if provider != CPU:
            raise RuntimeError("libcublas.so.12: cannot open shared object file\nmore lines")
        return cpu_session(model, options)

    runtime = open_network(doubling(2), threads=1, opener=opener).runtime
    assert runtime.device == "cpu"
    assert runtime.reason == "cuda failed: libcublas.so.12: cannot open shared object file"


@pytest.mark.usefixtures("cuda_is_offered")
def test_an_accelerator_asked_for_by_name_is_not_replaced():
    def opener(model, options, provider):
        raise RuntimeError("no driver")

    with pytest.raises(DeviceUnavailable, match=r"cuda failed: no driver; pip install openeyes"):
        open_network(doubling(2), device="cuda", opener=opener)


@pytest.mark.usefixtures("cuda_is_offered")
@pytest.mark.filterwarnings("ignore:Specified provider:UserWarning")
def test_a_session_that_silently_took_the_cpu_counts_as_failed():
    runtime = open_network(doubling(2)).runtime
    assert runtime.device == "cpu"
    assert "CUDAExecutionProvider did not start" in runtime.reason


@pytest.mark.usefixtures("cuda_is_offered")
def test_an_accelerator_gets_buffers_in_its_own_memory(monkeypatch):
    places = []

    def buffer_on_device(buffer, memory):
        places.append(memory)
        return apart(buffer, "cpu")

    apart = sessions._apart
    monkeypatch.setattr(sessions, "_apart", buffer_on_device)

    def opener(model, options, provider):
        return cpu_session(model, options)

    network = open_network(doubling(2), opener=opener)
    network.inputs["x"][:] = 4
    assert network.run()["double"].tolist() == [8, 8]
    assert places == ["cuda"] * 3
    assert network.runtime.reason == "best device offered"


@pytest.mark.usefixtures("cuda_is_offered")
def test_an_accelerator_that_fails_at_the_first_run_is_left_too(monkeypatch):
    def buffer_on_device(buffer, memory):
        raise RuntimeError("CUDA error: out of memory")

    monkeypatch.setattr(sessions, "_apart", buffer_on_device)

    def opener(model, options, provider):
        return cpu_session(model, options)

    runtime = open_network(doubling(2), opener=opener).runtime
    assert (runtime.device, runtime.reason) == ("cpu", "cuda failed: CUDA error: out of memory")


@pytest.mark.usefixtures("cuda_is_offered")
def test_a_model_that_fits_no_device_is_not_blamed_on_the_device():
    def opener(model, options, provider):
        return cpu_session(model, options)

    with pytest.raises(ModelError, match=r"^x is .* fixed input size$"):
        open_network(doubling("batch", 3), device="cuda", opener=opener)


def test_a_file_that_is_no_model_is_refused():
    with pytest.raises(ModelError, match="the model cannot be loaded: cpu failed: "):
        open_network(b"not a model")


def test_fewer_than_one_thread_is_refused():
    with pytest.raises(ConfigError, match="at least one thread, not 0"):
        open_network(doubling(2), threads=0)


def test_threads_are_set_and_do_not_spin():
    seen = []

    def opener(model, options, provider):
        seen.append(options)
        return cpu_session(model, options)

    open_network(doubling(2), device="cpu", threads=2, opener=opener)
    (options,) = seen
    assert options.intra_op_num_threads == 2
    assert options.inter_op_num_threads == 1
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
