package storage

// fault is where a test may end the process or fail a step of an upload; each
// step has a name. Outside of tests it does nothing.
var fault = func(string) error { return nil }
