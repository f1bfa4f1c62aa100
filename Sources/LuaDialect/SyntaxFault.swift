/// Where the source stops to be Lua in this dialect. It says no more than that: the message is for Lua to give.
struct SyntaxFault: Error {}
