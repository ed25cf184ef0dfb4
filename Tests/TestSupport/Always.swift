/// What cannot fail in a test: the keys of tests are in memory, and those always sign.
package func always<Value>(_ value: @autoclosure () throws -> Value) -> Value {
    do {
        return try value()
    } catch {
        preconditionFailure("a test's key did not sign: \(error)")
    }
}
