public import TegataSDJWT

/// What a type of card is called, looks like and says, for wallets and verifiers to show (draft-ietf-oauth-sd-jwt-vc-24 §6).
///
/// It is for people's eyes: nothing here makes a card valid. Escape every text before it is shown.
public struct TypeMetadata: Sendable {
    /// Whether the issuer hides a claim.
    public enum Disclosure: String, Sendable {
        /// It is always selectively disclosable.
        case always
        /// It may be.
        case allowed
        /// It never is.
        case never
    }

    /// A claim.
    public struct Claim: Sendable {
        /// Where it stands and what it is called; its labels are `DisplayText.name`.
        public let description: ClaimDescription
        /// Whether the issuer hides it.
        public let disclosure: Disclosure

        /// A claim.
        public init(_ description: ClaimDescription, disclosure: Disclosure = .allowed) {
            self.description = description
            self.disclosure = disclosure
        }
    }

    /// The type, `vct` of its cards.
    public let vct: String
    /// Names, colours and pictures, a language each.
    public let display: [DisplayText]
    /// What cards of it say.
    public let claims: [Claim]

    /// A type.
    public init(_ vct: String, display: [DisplayText], claims: [Claim] = []) {
        self.vct = vct
        self.display = display
        self.claims = claims
    }

    /// Reads the document that was fetched for `vct`.
    ///
    /// - Throws: `typeMismatch` when it is about another type; `unsupported` when it extends one, which is not followed;
    ///   `malformed`, `limitExceeded`.
    public init(parsing text: [UInt8], of vct: String) throws(Refusal) {
        let reader = try DocumentReader(parsing: text)
        guard try reader.text("vct").hasSameBytes(as: vct) else { throw .typeMismatch }
        guard reader.object["extends"] == nil else { throw .unsupported }
        self.vct = vct
        display = try DisplayText.typeList(reader)
        var claims = [Claim]()
        for element in try reader.optionalList("claims", atMost: 1024) ?? [] {
            let claim = try DocumentReader(element)
            let description = try ClaimDescription(ofType: claim)
            guard !claims.contains(where: { $0.description.path == description.path }) else {
                throw .malformed
            }
            let name = try claim.optionalText("sd", atMost: 64) ?? "allowed"
            guard let disclosure = Disclosure(rawValue: name) else { throw .malformed }
            claims.append(Claim(description, disclosure: disclosure))
        }
        self.claims = claims
    }

    /// The document.
    public var json: JSON {
        var object: JSONObject = ["vct": .string(vct)]
        if !display.isEmpty { object.add("display", .array(display.map(\.typeJSON))) }
        if !claims.isEmpty {
            object.add(
                "claims",
                .array(
                    claims.map { claim in
                        var member: JSONObject = ["path": .array(claim.description.path)]
                        let labels = claim.description.display.map(\.labelJSON)
                        if !labels.isEmpty { member.add("display", .array(labels)) }
                        if claim.description.isMandatory { member.add("mandatory", true) }
                        member.add("sd", .string(claim.disclosure.rawValue))
                        return .object(member)
                    }))
        }
        return .object(object)
    }
}
