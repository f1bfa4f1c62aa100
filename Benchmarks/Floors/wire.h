/* The messages of docs/PROTOCOL.md that these programs speak: the only place to adapt when the protocol moves on. */
#pragma once

#define WIRE_CONTROL 0
#define WIRE_REPORT 3
#define WIRE_CATALOG_ARGUMENT "--catalog"
#define WIRE_CATALOG "protocol 2\nfunction heartbeat\n"
/* No message is longer (PIPE_BUF). */
#define WIRE_LONGEST 4096

/* daemon to worker: a definition, without the values that may follow it. */
#define WIRE_DEFINITION                                                                                               \
    "definition protocol=2 entry=%s kind=function.swift schedule=%s interval_ns=%lld start=%lld accounted=%lld "      \
    "runs=0 file=none\n"

/* worker to daemon */
#define WIRE_READY "ready protocol=2 next=%lld\n"                                /* next slot */
#define WIRE_BEGIN "begin run=%lld%s next=%lld lateness_us=42\n"                 /* run, WIRE_SLOT, next slot */
#define WIRE_END "end run=%lld%s next=%lld lateness_us=42 duration_us=7 outcome=ok result=ok\n"
#define WIRE_SLOT " slot=%lld" /* left out of a run that was asked for, which has no slot */
#define WIRE_STOPPED "stopped runs=%lld\n"
