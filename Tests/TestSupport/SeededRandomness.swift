internal import TegataCrypto

/// Randomness that repeats: SHAKE128 of a seed and a counter. For tests and vectors only.
package struct SeededRandomness: Randomness {
    private let seed: [UInt8]
    private var counter: UInt64 = 0

    package init(_ seed: String) {
        self.seed = Array(seed.utf8)
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        counter += 1
        let index = (0..<8).map { UInt8(truncatingIfNeeded: counter >> (8 * $0)) }
        return SHAKE128.hash(seed + index, count: count)
    }
}
