/// A secret yes or no, kept as a mask of eight equal bits: no branch and no address ever depends on it.
package struct SecretBit: Sendable {
    fileprivate let mask: UInt8

    private init(mask: UInt8) {
        self.mask = mask
    }

    /// The lowest bit of `value`.
    package init(lowestOf value: UInt64) {
        mask = UInt8(0) &- UInt8(truncatingIfNeeded: value & 1)
    }

    /// Whether two small numbers are equal.
    package init(_ left: UInt16, equals right: UInt16) {
        // 0 − 1 borrows into the upper half, anything else below 2^16 does not.
        let borrow = (UInt32(left ^ right) &- 1) >> 16
        mask = UInt8(truncatingIfNeeded: borrow)
    }

    /// Whether all bytes are equal. The number of bytes is public.
    package init(_ left: [UInt8], equals right: [UInt8]) {
        precondition(left.count == right.count, "compared bytes of different lengths")
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        self.init(UInt16(difference), equals: 0)
    }

    /// Throws unless the bit is set: the one branch on a bit, for whoever says why it is no secret there. It is a function
    /// of its own so that a check of the machine code can tell this branch from any other.
    @inline(never)
    package func declassify<Failure>(orThrow failure: Failure) throws(Failure) {
        guard mask != 0 else { throw failure }
    }

    /// Both.
    package static func & (left: SecretBit, right: SecretBit) -> SecretBit {
        SecretBit(mask: left.mask & right.mask)
    }

    /// One of them, or both.
    package static func | (left: SecretBit, right: SecretBit) -> SecretBit {
        SecretBit(mask: left.mask | right.mask)
    }

    /// The other one.
    package static prefix func ! (bit: SecretBit) -> SecretBit {
        SecretBit(mask: ~bit.mask)
    }

    /// `value` where the bit is set, 0 elsewhere.
    package func masking(_ value: UInt16) -> UInt16 {
        value & (UInt16(mask) << 8 | UInt16(mask))
    }

    func select(_ yes: UInt8, _ no: UInt8) -> UInt8 {
        no ^ (mask & (yes ^ no))
    }
}

extension SecretBit: CustomStringConvertible {
    package var description: String { "<secret>" }
}

extension SecretBytes {
    /// `yes` where `bit` is set, `no` elsewhere; both have one length.
    package static func select(_ bit: SecretBit, _ yes: SecretBytes, _ no: SecretBytes)
        -> SecretBytes
    {
        precondition(yes.count == no.count, "selected between different lengths")
        let count = yes.count
        return unsafe SecretBytes(count: count) { target in
            unsafe yes.withPointer { yes in
                unsafe no.withPointer { no in
                    for index in 0..<count {
                        unsafe target[index] = bit.select(yes[index], no[index])
                    }
                }
            }
        }
    }
}
