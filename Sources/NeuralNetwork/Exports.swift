// Shapes are part of this module's interface.

@_exported import Tensors
