/// Keccak-256 as Ethereum has it: SHA-3's permutation with the padding of its first submission. For public values only.
///
/// libcrypto 3.0 has SHA-3, whose padding differs by one bit, and not this.
package enum Keccak256 {
    /// Bytes taken in per permutation.
    private static let rate = 136

    /// The 32-byte digest of `message`.
    package static func hash(_ message: [UInt8]) -> [UInt8] {
        var state = [UInt64](repeating: 0, count: 25)
        var padded = message + [0x01]
        padded += [UInt8](repeating: 0, count: (rate - padded.count % rate) % rate)
        padded[padded.count - 1] |= 0x80
        for start in stride(from: 0, to: padded.count, by: rate) {
            for offset in 0..<rate {
                state[offset / 8] ^= UInt64(padded[start + offset]) << (8 * UInt64(offset % 8))
            }
            permute(&state)
        }
        return (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> (8 * UInt64($0 % 8))) }
    }

    /// Keccak-f[1600] (FIPS 202 §3): lane (x, y) is `state[x + 5 * y]`.
    private static func permute(_ state: inout [UInt64]) {
        for constant in roundConstants {
            // θ
            var parity = [UInt64](repeating: 0, count: 5)
            for x in 0..<5 {
                parity[x] =
                    state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20]
            }
            for x in 0..<5 {
                let change = parity[(x + 4) % 5] ^ rotated(parity[(x + 1) % 5], 1)
                for y in stride(from: 0, to: 25, by: 5) { state[x + y] ^= change }
            }
            // ρ and π
            var moved = state
            for x in 0..<5 {
                for y in 0..<5 {
                    let target = y + 5 * ((2 * x + 3 * y) % 5)
                    moved[target] = rotated(state[x + 5 * y], rotations[x + 5 * y])
                }
            }
            // χ
            for y in stride(from: 0, to: 25, by: 5) {
                for x in 0..<5 {
                    state[x + y] =
                        moved[x + y] ^ (~moved[(x + 1) % 5 + y] & moved[(x + 2) % 5 + y])
                }
            }
            // ι
            state[0] ^= constant
        }
    }

    private static func rotated(_ lane: UInt64, _ count: UInt64) -> UInt64 {
        count == 0 ? lane : lane << count | lane >> (64 - count)
    }

    /// (t + 1)(t + 2)/2 along the walk (x, y) → (y, 2x + 3y) from (1, 0) (§3.2.2).
    private static let rotations: [UInt64] = {
        var list = [UInt64](repeating: 0, count: 25)
        var (x, y) = (1, 0)
        for step in 0..<24 {
            list[x + 5 * y] = UInt64((step + 1) * (step + 2) / 2 % 64)
            (x, y) = (y, (2 * x + 3 * y) % 5)
        }
        return list
    }()

    /// From the shift register of §3.2.5: bit 2^j − 1 of round i is its output 7i + j.
    private static let roundConstants: [UInt64] = {
        var register: UInt8 = 1
        return (0..<24).map { _ in
            var constant: UInt64 = 0
            for bit in 0..<7 {
                if register & 1 == 1 { constant |= 1 << ((1 << UInt64(bit)) - 1) }
                register = register << 1 ^ (register & 0x80 != 0 ? 0x71 : 0)
            }
            return constant
        }
    }()
}
