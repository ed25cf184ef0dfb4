internal import COpenSSL

/// Where secrets, nonces and salts come from. Vectors and tests pass a seeded one.
package protocol Randomness {
    /// The next `count` bytes.
    mutating func bytes(_ count: Int) -> [UInt8]
}

extension Randomness {
    /// The next `count` bytes, inline.
    package mutating func fixed<let count: Int>() -> FixedBytes<count> {
        let drawn = bytes(count)
        var result = FixedBytes<count>()
        for index in 0..<count { result[index] = drawn[index] }
        return result
    }
}

/// The operating system's generator, through libcrypto. A generator that fails ends the process: nothing that
/// Tegata makes is safe without it.
package struct SystemRandomness: Randomness, Sendable {
    package init() {}

    package mutating func bytes(_ count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            precondition(
                unsafe RAND_priv_bytes(buffer.baseAddress, Int32(count)) == 1,
                "the system's random generator failed")
            initialized = count
        }
    }
}
