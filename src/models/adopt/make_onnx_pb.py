"""Makes onnx_pb.ts from ONNX's own schema, as the Python package `onnx` carries it. Run by hand, with the tool of @bufbuild/protobuf:

    npm install --no-save @bufbuild/protoc-gen-es && python3 make_onnx_pb.py      (needs onnx and protobuf)

The attributes of nodes and the initializers of graphs are bytes here instead of messages, which are the same on the wire: what `adopt` does
not look at, which is nearly all of a large model, is neither parsed nor copied.
"""
import subprocess
from pathlib import Path

from google.protobuf import descriptor_pb2
from google.protobuf.compiler import plugin_pb2
from onnx import onnx_ml_pb2

HERE = Path(__file__).parent
TOOL = HERE.parents[2] / "node_modules/.bin/protoc-gen-es"
LEFT_ALONE = {
    ("NodeProto", "attribute"),
    ("GraphProto", "initializer"),
    ("GraphProto", "sparse_initializer"),
    ("GraphProto", "quantization_annotation"),
}

schema = descriptor_pb2.FileDescriptorProto()
onnx_ml_pb2.DESCRIPTOR.CopyToProto(schema)
schema.name = "onnx.proto"
for message in schema.message_type:
    for field in message.field:
        if (message.name, field.name) in LEFT_ALONE:
            field.type = descriptor_pb2.FieldDescriptorProto.TYPE_BYTES
            field.ClearField("type_name")

request = plugin_pb2.CodeGeneratorRequest(
    file_to_generate=[schema.name], parameter="target=ts,import_extension=js", proto_file=[schema]
)
done = subprocess.run([TOOL], input=request.SerializeToString(), capture_output=True, check=True)
for file in plugin_pb2.CodeGeneratorResponse.FromString(done.stdout).file:
    (HERE / file.name).write_text(file.content)
