#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The same bytes, no longer secret: somebody else has them now.
func published(_ bytes: [UInt8]) -> [UInt8] {
    var copy = bytes
    guard let symbol = unsafe dlsym(nil, "constant_time_publish") else { return copy }
    typealias Publish = @convention(c) (UnsafeMutableRawPointer?, Int) -> Void
    let publish = unsafe unsafeBitCast(symbol, to: Publish.self)
    unsafe copy.withUnsafeMutableBytes { unsafe publish($0.baseAddress, $0.count) }
    return copy
}

/// Keeps the optimiser from leaving a calculation out.
@inline(never) func use(_ value: some Any) {
    withExtendedLifetime(value) {}
}
