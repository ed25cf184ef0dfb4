internal import TegataCrypto

/// One disclosure (RFC 9901 §4.2): where it stands and what it says.
struct Disclosure: Sendable {
    /// Where it stands in the received text.
    let range: Range<Int>
    /// The claim name of an object's member; `nil` for an array element.
    let name: JSONTape.Node?
    /// What it discloses.
    let value: JSONTape.Node

    /// Reads the disclosure at `range` of `text` onto `tape`.
    ///
    /// Throws `malformed` for bad base64url and for a name given twice, `disclosureInvalid` for anything but
    /// `[salt, name, value]` or `[salt, value]`, `limitExceeded`.
    init(
        _ text: Span<UInt8>, _ range: Range<Int>, onto tape: inout JSONTape, _ limits: JSONLimits
    ) throws(Refusal) {
        self.range = range
        let root = try tape.readBase64URL(
            text.extracting(range), limits, otherwise: .disclosureInvalid)
        guard tape.kind(root) == .array else { throw .disclosureInvalid }
        let end = tape.next(root)
        let salt = root + 1
        guard salt < end, tape.kind(salt) == .string else { throw .disclosureInvalid }
        let second = tape.next(salt)
        guard second < end else { throw .disclosureInvalid }
        let third = tape.next(second)
        if third == end {
            name = nil
            value = second
        } else {
            guard tape.kind(second) == .string, tape.next(third) == end else {
                throw .disclosureInvalid
            }
            name = second
            value = third
        }
    }
}

extension ReceivedSDJWT {
    /// The digest of each disclosure: SHA-256 of its characters as received. What they decode to is never encoded
    /// again.
    var digests: [FixedBytes<32>] {
        let text = text.span
        var digests: [FixedBytes<32>] = []
        digests.reserveCapacity(disclosures.count)
        for disclosure in disclosures {
            digests.append(SHA256.hash(text.extracting(disclosure.range)))
        }
        return digests
    }
}

extension JSONTape {
    /// The digest of `{"...": digest}`, which stands for a hidden array element. With further members, or another kind of
    /// value, it is an ordinary object.
    func placeholder(_ node: Node) -> Node? {
        guard kind(node) == .object, next(node) == node + 3, isString(node + 1, "..."),
            kind(node + 2) == .string
        else { return nil }
        return node + 2
    }

    /// The SHA-256 digest written at `node`, or `nil`.
    func digest(_ node: Node) -> FixedBytes<32>? {
        guard kind(node) == .string else { return nil }
        return Base64URL.digest(bytes.span.extracting(range(node)))
    }

    /// How many members an object has.
    func memberCount(_ node: Node) -> Int {
        var count = 0
        var key = node + 1
        while key < next(node) {
            count += 1
            key = next(key + 1)
        }
        return count
    }
}
