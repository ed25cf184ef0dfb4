package import TegataCrypto
internal import TegataProofs
package import TegataSDJWT

// Reading and writing the JSON messages between roles: every field has one type, one encoding and a bound.
extension JSON {
    /// Bytes as base64url without padding.
    package static func bytes(_ bytes: [UInt8]) -> JSON {
        .string(Base64URL.encode(bytes))
    }

    /// A whole number.
    package static func whole(_ value: Int64) -> JSON {
        .number(JSONNumber(value))
    }

    /// The value as JSON text.
    package var text: String {
        String(decoding: encoded, as: UTF8.self)
    }

    /// Reads a message: a JSON object of at most `limit` bytes.
    package static func message(_ text: String, limit: Int) throws(Refusal) -> JSON {
        guard text.utf8.count <= limit else { throw .limitExceeded }
        let value = try JSON(parsing: Array(text.utf8))
        guard value.object != nil else { throw .malformed }
        return value
    }

    /// The member `name`, which must be there.
    package func required(_ name: String) throws(Refusal) -> JSON {
        guard let value = self[name] else { throw .malformed }
        return value
    }

    package func elements(atMost limit: Int) throws(Refusal) -> [JSON] {
        guard let array else { throw .malformed }
        guard array.count <= limit else { throw .limitExceeded }
        return array
    }

    package func text(atMost limit: Int) throws(Refusal) -> String {
        guard let string else { throw .malformed }
        guard string.utf8.count <= limit else { throw .limitExceeded }
        return string
    }

    package func bytes() throws(Refusal) -> [UInt8] {
        guard let string else { throw .malformed }
        return try Base64URL.decode(string)
    }

    package func fixedBytes<let count: Int>() throws(Refusal) -> FixedBytes<count> {
        guard let bytes = FixedBytes<count>(try bytes()) else { throw .malformed }
        return bytes
    }

    func point() throws(Refusal) -> Point {
        guard let point = try? Point(parsing: try bytes()) else { throw .malformed }
        return point
    }

    /// Seconds since 1970: a whole number, not negative.
    package func time() throws(Refusal) -> UInt64 {
        guard let integer, let time = UInt64(exactly: integer) else { throw .malformed }
        return time
    }

    func flag() throws(Refusal) -> Bool {
        guard let bool else { throw .malformed }
        return bool
    }
}

extension Refusal {
    /// The reason that a failed step of the binding protocol has outside of it.
    init(_ error: ProofError) {
        switch error {
        case .malformed: self = .malformed
        case .expired: self = .expired
        case .vanished: self = .unavailable
        case .invalidProof, .invalidSignature, .thresholdNotMet, .unknownKey, .mismatch:
            self = .nationalIDInvalid
        }
    }
}

/// Runs a step of the binding protocol and gives its failure the reason it has outside.
func binding<Value>(_ step: () throws(ProofError) -> Value) throws(Refusal) -> Value {
    do {
        return try step()
    } catch {
        throw Refusal(error)
    }
}
