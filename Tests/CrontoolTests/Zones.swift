import Host

/// The zones of the machine that the tests run on.
let zones = ZoneDirectory().source
