/* SQLite, found through pkg-config (sqlite3). Only the module SQLiteStore imports it. */
#pragma once
#include <sqlite3.h>
#include <stddef.h>

/* SQLITE_TRANSIENT is a cast of a number to a function, which Swift does not import: the bytes are copied. */
static inline int csqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int length) {
    return sqlite3_bind_text(statement, index, text == NULL ? "" : text, length, SQLITE_TRANSIENT);
}

