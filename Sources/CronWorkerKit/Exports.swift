// Who writes a worker of their own imports this module alone: what job functions are made of comes with it.
@_exported public import Jobs
@_exported public import Model
@_exported public import Values

@_exported public import struct Clocks.WallInstant
