/// Holds what cannot be copied, so that several may refer to it. What is in it ends when the last of them lets go.
package final class Box<Value: ~Copyable> {
    package let value: Value

    package init(_ value: consuming Value) { self.value = value }
}
