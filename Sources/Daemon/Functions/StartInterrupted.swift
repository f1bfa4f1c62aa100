/// SIGTERM or SIGINT came before all functions had been asked for.
package struct StartInterrupted: Error {}
