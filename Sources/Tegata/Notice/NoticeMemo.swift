internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// A notice as the issuer keeps it beside its log entry (Spec/notice.md, "In the log").
struct NoticeMemo: Sendable {
    let salt: FixedBytes<32>
    /// The issuer's name for the case, hashed.
    let reference: FixedBytes<32>
    /// What it says, without time and nonce.
    let content: FixedBytes<32>
    let programme: FixedBytes<32>
    let addressing: FixedBytes<32>
    /// What its confirmation uses up.
    let payment: FixedBytes<32>
    /// 0 for a pseudonym.
    let serial: UInt32
    /// The card's D; zeros for a pseudonym.
    let commitment: FixedBytes<33>
    /// Thumbprint or pseudonym, as `NoticeAddress.bytes`.
    let address: FixedBytes<33>
    let time: Int64
    let deadline: Int64
    let replaces: NoticeID?
    let text: String

    var fields: [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(320 + text.utf8.count)
        for part in [salt, reference, content, programme, addressing, payment] {
            bytes += part.array
        }
        bytes += bigEndian(serial)
        bytes += commitment.array
        bytes += address.array
        bytes += bigEndian(UInt64(bitPattern: time))
        bytes += bigEndian(UInt64(bitPattern: deadline))
        bytes += (replaces ?? NoticeID()).array
        bytes += text.utf8
        return bytes
    }
}

extension NoticeMemo {
    /// - Throws: `malformed`.
    init(_ bytes: [UInt8]) throws(Refusal) {
        self = try readMemo(bytes) { reader throws(ProofError) in
            NoticeMemo(
                salt: try reader.fixed(), reference: try reader.fixed(),
                content: try reader.fixed(), programme: try reader.fixed(),
                addressing: try reader.fixed(), payment: try reader.fixed(),
                serial: try reader.integer(), commitment: try reader.fixed(),
                address: try reader.fixed(), time: try reader.moment(),
                deadline: try reader.moment(),
                replaces: (try reader.fixed() as NoticeID).ifPresent, text: try reader.rest())
        }
    }
}

/// An answer with its receipt.
struct ReceiptMemo: Sendable {
    let salt: FixedBytes<32>
    let notice: NoticeID
    let word: NoticeWord
    let time: Int64
    let answer: String
    let receipt: String

    var fields: [UInt8] {
        salt.array + notice.array + [word.rawValue] + bigEndian(UInt64(bitPattern: time))
            + lengthPrefixed(answer) + Array(receipt.utf8)
    }
}

extension ReceiptMemo {
    /// - Throws: `malformed`.
    init(_ bytes: [UInt8]) throws(Refusal) {
        self = try readMemo(bytes) { reader throws(ProofError) in
            let salt: FixedBytes<32> = try reader.fixed()
            let notice: NoticeID = try reader.fixed()
            guard let word = NoticeWord(rawValue: try reader.take(1)[0]) else {
                throw .malformed
            }
            return ReceiptMemo(
                salt: salt, notice: notice, word: word, time: try reader.moment(),
                answer: try reader.text(), receipt: try reader.rest())
        }
    }
}

/// A notice taken back, or replaced.
struct WithdrawalMemo: Sendable {
    let salt: FixedBytes<32>
    let notice: NoticeID
    /// The notice in its place.
    let successor: NoticeID?
    let time: Int64
    let text: String

    var fields: [UInt8] {
        salt.array + notice.array + (successor ?? NoticeID()).array
            + bigEndian(UInt64(bitPattern: time)) + Array(text.utf8)
    }
}

extension WithdrawalMemo {
    /// - Throws: `malformed`.
    init(_ bytes: [UInt8]) throws(Refusal) {
        self = try readMemo(bytes) { reader throws(ProofError) in
            WithdrawalMemo(
                salt: try reader.fixed(), notice: try reader.fixed(),
                successor: (try reader.fixed() as NoticeID).ifPresent,
                time: try reader.moment(), text: try reader.rest())
        }
    }
}
