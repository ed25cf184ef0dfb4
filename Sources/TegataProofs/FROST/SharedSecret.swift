package import TegataCrypto

/// A secret scalar in `count` shares of which any `threshold` give it back: Shamir's polynomial with Feldman's commitments
/// (RFC 9591, appendix C). The commitments are public, and show of each share that it is the dealer's.
package struct SharedSecret: Hashable, Sendable {
    /// The most shares there can be: a share's number is a byte of our formats, and nobody gathers more people.
    package static let maximumCount = 32

    /// n, 2…32.
    package let count: Int
    /// φ_j = a_j·G for each coefficient of the polynomial; as many as the threshold.
    package let commitments: [Point]

    /// k, 2…n.
    package var threshold: Int { commitments.count }
    /// The secret times G.
    package var publicKey: Point { commitments[0] }

    /// The public side of a sharing, or `nil` outside 2 ≤ k ≤ n ≤ 32.
    package init?(count: Int, commitments: [Point]) {
        guard (2...Self.maximumCount).contains(count), (2...count).contains(commitments.count)
        else { return nil }
        self.count = count
        self.commitments = commitments
    }

    /// Deals `secret`. Whoever calls this has seen everything, and forgets it.
    ///
    /// - Throws: `malformed` outside 2 ≤ k ≤ n ≤ 32; `vanished` with probability 2^-256.
    package static func deal(
        _ secret: SecretScalar, threshold: Int, count: Int, using source: inout some Randomness
    ) throws(ProofError) -> (public: SharedSecret, shares: [SecretShare]) {
        guard (2...maximumCount).contains(count), (2...count).contains(threshold) else {
            throw .malformed
        }
        var coefficients = [secret]
        for _ in 1..<threshold { coefficients.append(.random(using: &source)) }
        return try deal(coefficients, count: count)
    }

    /// Deals the constant term of a polynomial.
    ///
    /// - Throws: as `deal(_:threshold:count:using:)`.
    package static func deal(
        _ coefficients: [SecretScalar], count: Int
    ) throws(ProofError) -> (public: SharedSecret, shares: [SecretShare]) {
        let commitments = coefficients.map(\.timesGenerator)
        guard let shared = SharedSecret(count: count, commitments: commitments) else {
            throw .malformed
        }
        var shares = [SecretShare]()
        for number in 1...count {
            // Horner's rule. A sum that is zero on the way says nothing, but has no type here.
            var value = coefficients[coefficients.count - 1]
            for coefficient in coefficients.dropLast().reversed() {
                guard let next = value.times(Scalar(UInt64(number))), let sum = next + coefficient
                else { throw .vanished }
                value = sum
            }
            shares.append(SecretShare(number: number, secret: value))
        }
        return (shared, shares)
    }

    /// What share `number` times G has to be: Σ number^j·φ_j. `nil` for a number that no share has, and for the identity, which
    /// is no share's either.
    package func publicShare(_ number: Int) -> Point? {
        guard (1...count).contains(number) else { return nil }
        var power = Scalar.one
        var terms = [Point]()
        for commitment in commitments {
            if let term = commitment.times(power) { terms.append(term) }
            power = power * Scalar(UInt64(number))
        }
        return Point.sum(terms)
    }

    /// Whether the dealer made this share.
    package func isValid(_ share: SecretShare) -> Bool {
        publicShare(share.number) == share.secret.timesGenerator
    }

    /// The secret from exactly `threshold` different shares that were checked before.
    ///
    /// - Throws: `thresholdNotMet` for another number of shares or one of them twice, `mismatch` when they do not give the secret.
    package func combine(_ shares: [SecretShare]) throws(ProofError) -> SecretScalar {
        let numbers = shares.map(\.number)
        guard numbers.count == threshold, Set(numbers).count == numbers.count else {
            throw .thresholdNotMet
        }
        var secret: SecretScalar?
        for (share, weight) in zip(shares, Sharing.lagrange(numbers)) {
            guard let part = share.secret.times(weight) else { throw .vanished }
            if let sum = secret {
                guard let next = sum + part else { throw .vanished }
                secret = next
            } else {
                secret = part
            }
        }
        guard let secret, secret.timesGenerator == publicKey else { throw .mismatch }
        return secret
    }

    /// n ‖ k, a byte each, then the commitments, 33 bytes each.
    package var encoded: [UInt8] {
        [UInt8(count), UInt8(threshold)] + commitments.flatMap(\.encoded)
    }

    /// What `encoded` wrote.
    ///
    /// - Throws: `malformed`.
    package init(parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        let count: UInt8 = try reader.integer()
        let threshold: UInt8 = try reader.integer()
        var commitments = [Point]()
        for _ in 0..<threshold { commitments.append(try reader.point()) }
        try reader.finish()
        guard let shared = SharedSecret(count: Int(count), commitments: commitments) else {
            throw .malformed
        }
        self = shared
    }
}

/// One share of a secret: the value of the polynomial at its number.
package struct SecretShare: Sendable {
    /// 1…n.
    package let number: Int
    package let secret: SecretScalar

    package init(number: Int, secret: SecretScalar) {
        self.number = number
        self.secret = secret
    }
}
