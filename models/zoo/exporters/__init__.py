"""What makes ONNX files of models that are published in another form: one module a family.

Each has a function ``export(entry, target, source)`` as `models.zoo.exporting.Exporter` says.
"""
