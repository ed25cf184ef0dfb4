internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// A card whose issuer, disclosures, type and times have been checked, with the members that make it a Tegata card
/// read once. Holder, status and person come after.
struct CheckedCard {
    let received: ReceivedSDJWT
    let verified: VerifiedSDJWT
    let profile: IssuerProfile
    let edition: EditionReference
    let serial: Serial
    let benefits: [String]
    let commitment: [UInt8]
    let proofOfPerson: ProofOfPerson
    let status: StatusReference?

    /// - Throws: `malformed` when a member is missing or of another type.
    init(
        _ received: ReceivedSDJWT, _ verified: VerifiedSDJWT, _ profile: IssuerProfile
    ) throws(Refusal) {
        self.received = received
        self.verified = verified
        self.profile = profile
        let claims = verified.claims
        guard let edition = claims["edition"], let number = claims["serial"]?.integer,
            let commitment = claims["commitment"], let proof = claims["proof_of_person"]?.string,
            // Every card ends: one whose `exp` was hidden and withheld must not live for ever (A27).
            claims["exp"] != nil
        else { throw .malformed }
        let limit = try Limit(json: try edition.required("limit"))
        self.edition = EditionReference(
            id: try edition.required("id").text(atMost: 64), limit: limit)
        guard let exact = UInt32(exactly: number), let serial = Serial(exact, within: limit),
            let proofOfPerson = ProofOfPerson(rawValue: proof)
        else { throw .malformed }
        self.serial = serial
        self.proofOfPerson = proofOfPerson
        self.commitment = try commitment.bytes()
        guard self.commitment.count == 33 else { throw .malformed }
        var benefits = [String]()
        for benefit in try (claims["benefits"] ?? []).elements(atMost: 64) {
            benefits.append(try benefit.text(atMost: 256))
        }
        self.benefits = benefits
        status = try verified.statusReference()
    }

    /// The claims asked for, and only those.
    ///
    /// - Throws: `typeMismatch` when one is not shown.
    func answer(to asked: [String]) throws(Refusal) -> [String: JSON] {
        var answer = [String: JSON]()
        for name in asked {
            guard !Claims.reservedNames.contains(name), let value = verified.claims[name] else {
                throw .typeMismatch
            }
            answer[name] = value
        }
        return answer
    }

    /// Every claim of the issuer that is shown.
    var shownClaims: [String: JSON] {
        var shown = [String: JSON]()
        for member in verified.claims.members where !Claims.reservedNames.contains(member.name) {
            shown[member.name] = member.value
        }
        return shown
    }

    func membership(
        claims: [String: JSON], isHolderProven: Bool, person: PersonCheck, pseudonym: Pseudonym?,
        statusTime: Int64?
    ) -> Membership {
        Membership(
            issuer: profile.issuer, edition: edition, serial: serial, benefits: benefits,
            claims: claims, proofOfPerson: proofOfPerson, isHolderProven: isHolderProven,
            person: person, pseudonym: pseudonym, statusTime: statusTime)
    }
}
