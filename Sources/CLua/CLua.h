/* Lua 5.4, found through pkg-config (lua5.4). Only CLuaMachine uses it: what raises an error in Lua does so by longjmp,
 * which must not cross a frame of Swift's. */
#pragma once
#include <lua.h>

#include <lauxlib.h>
#include <lualib.h>
