internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// An index and the proof that it comes from one of a list's sessions: list 2 ‖ L 33 ‖ proof in the log, JSON on the way
/// there (Spec/settlement.md).
struct SettledIndex {
    let list: Int
    let person: FixedBytes<33>
    let proof: [UInt8]

    init(list: Int, person: FixedBytes<33>, proof: [UInt8]) {
        self.list = list
        self.person = person
        self.proof = proof
    }

    var content: [UInt8] { bigEndian(UInt16(list)) + person.array + proof }

    /// - Throws: `malformed`.
    init(parsing content: [UInt8]) throws(Refusal) {
        guard content.count > 35, content.count < 8192, let person = FixedBytes<33>(content[2..<35])
        else { throw .malformed }
        self.init(
            list: Int(content[0]) << 8 | Int(content[1]), person: person,
            proof: Array(content[35...]))
    }

    /// Index and proof, for the proofs' own check.
    ///
    /// - Throws: `malformed` for an index that is no point.
    func pair(in edition: EditionDigest) throws(Refusal) -> (index: PersonIndex, proof: [UInt8]) {
        guard let point = try? Point(parsing: person.array) else { throw .malformed }
        return (PersonIndex(edition: edition, point: point), proof)
    }

    /// What every settling proof of an edition is for.
    static func context(of edition: OpenEdition) -> ProofContext {
        ProofContext(
            edition: edition.digest.array, audience: Array(edition.issuer.utf8),
            purpose: Array("settle".utf8))
    }

    func message(edition: String) -> String {
        JSON.object([
            "edition": .string(edition), "list": .whole(Int64(list)), "index": .bytes(person.array),
            "proof": .bytes(proof),
        ]).text
    }

    /// Reads what a wallet sent.
    ///
    /// - Throws: `malformed`, `limitExceeded`.
    static func read(_ text: String) throws(Refusal) -> (edition: String, settled: SettledIndex) {
        let message = try JSON.message(text, limit: 8 * 1024)
        guard let list = try message.required("list").integer.flatMap(UInt16.init(exactly:)) else {
            throw .malformed
        }
        let settled = SettledIndex(
            list: Int(list), person: try message.required("index").fixedBytes(),
            proof: try message.required("proof").bytes())
        return (try message.required("edition").text(atMost: 64), settled)
    }
}
