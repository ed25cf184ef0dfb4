internal import TegataCrypto

/// What a status list says about one token (Token Status List §7).
package enum TokenStatus: Hashable, Sendable {
    /// 0
    case valid
    /// 1: ended for good.
    case invalid
    /// 2: ended for now.
    case suspended
    /// Application-specific or reserved; never read as valid.
    case other(UInt8)

    /// The meaning of a number in a list.
    package init(checking value: UInt8) {
        self =
            switch value {
            case 0: .valid
            case 1: .invalid
            case 2: .suspended
            default: .other(value)
            }
    }

    /// The number in the list.
    package var value: UInt8 {
        switch self {
        case .valid: 0
        case .invalid: 1
        case .suspended: 2
        case .other(let value): value
        }
    }

    /// Throws `revoked`, `suspended`, or `statusUnknown` for anything else that is not valid.
    package func requireValid() throws(Refusal) {
        switch self {
        case .valid: return
        case .invalid: throw .revoked
        case .suspended: throw .suspended
        case .other: throw .statusUnknown
        }
    }
}

/// Many statuses packed into bytes, the first in the least significant bits (Token Status List §4.1).
package struct StatusList: Hashable, Sendable {
    /// Bits of one status: 1, 2, 4 or 8.
    package let bits: Int
    /// The statuses, packed.
    package private(set) var bytes: [UInt8]

    /// `count` statuses, all valid, rounded up to whole bytes; `nil` for other numbers of bits.
    package init?(bits: Int, count: Int) {
        guard [1, 2, 4, 8].contains(bits), count >= 0 else { return nil }
        self.bits = bits
        bytes = [UInt8](repeating: 0, count: (count * bits + 7) / 8)
    }

    /// Statuses already packed; `nil` for other numbers of bits.
    package init?(bits: Int, packed bytes: [UInt8]) {
        guard [1, 2, 4, 8].contains(bits) else { return nil }
        self.bits = bits
        self.bytes = bytes
    }

    /// Reads the `status_list` claim.
    ///
    /// Throws `malformed`, and `limitExceeded` when it inflates to more than `limit` bytes.
    package init(_ claim: JSON?, limit: Int = 16 << 20) throws(Refusal) {
        guard let bits = claim?["bits"]?.integer, [1, 2, 4, 8].contains(bits),
            let list = claim?["lst"]?.string
        else { throw .malformed }
        self.bits = Int(bits)
        let compressed = try Base64URL.decode(list)
        do {
            bytes = try Zlib.inflate(compressed, limit: limit)
        } catch .tooLarge {
            throw .limitExceeded
        } catch {
            throw .malformed
        }
    }

    /// How many statuses there are.
    package var count: Int { bytes.count * 8 / bits }

    /// The status at `index`; `nil` outside the list.
    package subscript(_ index: Int) -> TokenStatus? {
        guard index >= 0, index < count else { return nil }
        let perByte = 8 / bits
        let shift = index % perByte * bits
        return TokenStatus(checking: bytes[index / perByte] >> shift & mask)
    }

    /// Sets the status at `index`. Answers `false`, and changes nothing, outside the list or when the value needs more
    /// bits.
    @discardableResult
    package mutating func set(_ index: Int, to status: TokenStatus) -> Bool {
        guard index >= 0, index < count, status.value <= mask else { return false }
        let perByte = 8 / bits
        let shift = index % perByte * bits
        bytes[index / perByte] &= ~(mask << shift)
        bytes[index / perByte] |= status.value << shift
        return true
    }

    /// The `status_list` claim.
    package var claim: JSON {
        [
            "bits": .number(JSONNumber(Int64(bits))),
            "lst": .string(Base64URL.encode(Zlib.deflate(bytes))),
        ]
    }

    private var mask: UInt8 { UInt8(truncatingIfNeeded: 1 << bits - 1) }
}
