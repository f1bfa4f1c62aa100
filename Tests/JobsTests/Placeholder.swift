// The tests of this module come next.
