internal import COpenSSL

/// A key from a passphrase that people can remember, at a price in memory (RFC 7914).
package enum Scrypt {
    /// What one guess costs: 128·N·r bytes of memory, and p times the time to fill them.
    package struct Cost: Equatable, Sendable {
        /// log2 N, 1 … 20.
        package let logN: UInt8
        /// The block size r, 1 … 16.
        package let r: UInt8
        /// The parallelism p, 1 … 16.
        package let p: UInt8

        /// N = 2^17, r = 8, p = 1: 128 MiB.
        package static let standard = Cost(unchecked: 17, 8, 1)

        /// `nil` outside of the bounds, and for more than 1 GiB of memory or eight times the standard work: who reads
        /// a file does not let it say how long to work.
        package init?(logN: UInt8, r: UInt8, p: UInt8) {
            guard (1...20).contains(logN), (1...16).contains(r), (1...16).contains(p),
                Int(logN) < 16 * Int(r), (Int(r) * Int(p)) << Int(logN) <= 1 << 23
            else { return nil }
            self.init(unchecked: logN, r, p)
        }

        private init(unchecked logN: UInt8, _ r: UInt8, _ p: UInt8) {
            self.logN = logN
            self.r = r
            self.p = p
        }
    }

    /// `count` bytes of key material.
    ///
    /// - Throws: `tooLarge` when the memory is not to be had.
    package static func derive(
        from passphrase: [UInt8], salt: [UInt8], cost: Cost, count: Int
    ) throws(CryptoError) -> SecretBytes {
        var done: Int32 = 0
        let key = unsafe SecretBytes(count: count) { target in
            done = unsafe passphrase.withUnsafeBytes { bytes in
                unsafe EVP_PBE_scrypt(
                    bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count,
                    salt, salt.count, 1 << UInt64(cost.logN), UInt64(cost.r), UInt64(cost.p),
                    1 << 31, target, count)
            }
        }
        guard done == 1 else { throw .tooLarge }
        return key
    }
}
