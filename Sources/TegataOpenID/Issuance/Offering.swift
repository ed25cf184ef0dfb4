internal import TegataCrypto
public import TegataSDJWT

/// What protects an offer, whose link may be photographed or passed on (A73, A76).
public enum OfferProtection: Sendable {
    /// A code of digits that the person who made the offer reads in that session and types into the wallet.
    case transactionCode
    /// Only a wallet that proves this key gets credentials: the key that the national-ID proof of the session covers.
    case holder(VerifyingKey)
    /// Both of them.
    case transactionCodeAndHolder(VerifyingKey)
    /// Nothing but the link. Only for a link that never leaves the device of the session.
    case link

    var holder: VerifyingKey? {
        switch self {
        case .holder(let key), .transactionCodeAndHolder(let key): key
        case .transactionCode, .link: nil
        }
    }

    var hasTransactionCode: Bool {
        switch self {
        case .transactionCode, .transactionCodeAndHolder: true
        case .holder, .link: false
        }
    }
}

/// Which grants an offer opens.
public enum OfferGrants: Sendable {
    /// The pre-authorised code: whoever made the offer is known already.
    case preAuthorized
    /// The authorization code: the person shows on the page to be the one the offer was made for.
    case authorization
    /// Either. One of them redeems it.
    case both

    var isPreAuthorized: Bool { self != .authorization }
    var isAuthorization: Bool { self != .preAuthorized }
}

/// An offer that was made, for the session that made it.
public struct MadeOffer: Sendable {
    /// The offer.
    public let offer: CredentialOffer
    /// Names the offer to this server, for renewing its code or withdrawing it. Keep it in the session and show it to nobody.
    public let handle: String
    /// The link that carries the offer whole, `openid-credential-offer://?credential_offer=…`.
    public let link: String
    /// The link that says where the offer is, short enough for a QR code.
    public let referenceLink: String
    /// What to show in the session, beside the link and never in it; `nil` without one.
    public let transactionCode: String?
}

/// How far an offer has got.
public enum OfferProgress: Sendable {
    /// It waits for a wallet.
    case open
    /// There were too many wrong transaction codes: its owner may have the code renewed.
    case locked
    /// A wallet has redeemed it.
    case redeemed
    /// It was withdrawn, came too late, or its refresh token was copied.
    case ended
}

extension MadeOffer: CustomStringConvertible {
    /// The offer; no code.
    public var description: String { offer.description }
}

extension IssuanceServer {
    /// Makes an offer for `subject`: bytes by which the issuer knows the session and the national-ID proof behind it. They
    /// come back in the order, and no one else can redeem the offer.
    ///
    /// `configurations` are names in the metadata. Where only `OfferGrants.authorization` is open there is no transaction code,
    /// as the page asks for the person.
    ///
    /// - Returns: the offer, with what to show of it and what to keep in the session.
    /// - Throws: `unsupported` for a name that is not in the metadata; `unavailable`.
    public func offer(
        _ configurations: [String], for subject: [UInt8], by grants: OfferGrants = .preAuthorized,
        protectedBy protection: OfferProtection = .transactionCode
    ) async throws(Refusal) -> MadeOffer {
        guard !configurations.isEmpty,
            configurations.allSatisfy({ metadata.configuration($0) != nil })
        else { throw .unsupported }
        let owner = Ticket()
        let names = OfferNames(owner: owner)
        let deadline = clock() + policy.offerLifetime
        // An hour beyond, so that whoever comes too late hears that, and not that there never was an offer.
        var grant = Grant(
            .offered, subject: subject, configurations: configurations, deadline: deadline,
            end: deadline + 3600)
        grant.holder = protection.holder?.thumbprint
        var transactionCode: String?
        if protection.hasTransactionCode, grants.isPreAuthorized {
            let fresh = freshTransactionCode()
            grant.transactionCode = Grant.keyed(fresh, by: names.code)
            transactionCode = fresh
        }
        do {
            if grants.isPreAuthorized {
                try await records.add(
                    .preAuthorizedCode, names.code.key, names.grant, until: grant.end)
            }
            if grants.isAuthorization {
                try await records.add(.issuerState, names.state.key, names.grant, until: grant.end)
            }
            try await records.add(.grant, names.grant, grant.encoded, until: grant.end)
        } catch {
            throw error.row.reason
        }
        let offer = offer(names, grant, grants)
        var query = FormFields()
        query.add("credential_offer_uri", issuer.endpoint("offers/" + names.reference.text).url)
        return MadeOffer(
            offer: offer, handle: owner.text, link: offer.link,
            referenceLink: "openid-credential-offer://?" + query.encoded,
            transactionCode: transactionCode)
    }

    /// A new transaction code for an offer, for its owner: after too many wrong ones, or a lost one (A68).
    ///
    /// - Throws: `unauthorized` for a handle that names no offer with a code, `replayed` for an offer that was redeemed,
    ///   `expired`, `unavailable`.
    public func renewTransactionCode(of handle: String) async throws(Refusal) -> String {
        let names = try OfferNames(handle: handle)
        let fresh = freshTransactionCode()
        let now = clock()
        do {
            try await records.update(names.grant, or: .codeUnknown) { grant throws(OAuthFault) in
                try grant.checkIsOpen(now)
                guard grant.transactionCode != nil else { throw .codeUnknown }
                grant.transactionCode = Grant.keyed(fresh, by: names.code)
                grant.attempts = 0
            }
        } catch {
            throw error.row.reason
        }
        return fresh
    }

    /// How far an offer has got, for the session that made it.
    ///
    /// - Throws: `unauthorized` for a handle that names no offer, or none any more; `unavailable`.
    public func progress(of handle: String) async throws(Refusal) -> OfferProgress {
        let names = try OfferNames(handle: handle)
        let grant: Grant?
        do {
            grant = try await records.grant(names.grant)
        } catch {
            throw error.row.reason
        }
        guard let grant else { throw .unauthorized }
        switch grant.phase {
        case .closed: return .ended
        case .redeemed: return .redeemed
        case .offered, .approved:
            guard grant.deadline >= clock() else { return .ended }
            let isLocked =
                grant.transactionCode != nil && grant.attempts >= policy.transactionCodeAttempts
            return isLocked ? .locked : .open
        }
    }

    /// Ends an offer and whatever came of it: its tokens open nothing any more. Credentials that were issued are the issuer's
    /// to revoke.
    ///
    /// - Throws: `unauthorized` for a handle that names no offer, `unavailable`.
    public func withdraw(_ handle: String) async throws(Refusal) {
        let names = try OfferNames(handle: handle)
        do {
            try await records.update(names.grant, or: .codeUnknown) { grant throws(OAuthFault) in
                grant.phase = .closed
            }
        } catch {
            throw error.row.reason
        }
    }

    /// The offer that a link refers to, as often as it is asked for: reading redeems nothing (A69).
    func fetchOffer(_ text: String) async throws(OAuthFault) -> OAuthAnswer {
        guard let reference = Ticket(received: text) else { throw .notFound }
        let names = OfferNames(reference: reference)
        guard let grant = try await records.grant(names.grant),
            (try? grant.checkIsOpen(clock())) != nil
        else { throw .notFound }
        let isPreAuthorized = try await records.value(.preAuthorizedCode, names.code.key) != nil
        let isAuthorization = try await records.value(.issuerState, names.state.key) != nil
        let grants: OfferGrants =
            isPreAuthorized ? isAuthorization ? .both : .preAuthorized : .authorization
        return OAuthAnswer(200, offer(names, grant, grants).json)
    }

    private func offer(
        _ names: OfferNames, _ grant: Grant, _ grants: OfferGrants
    ) -> CredentialOffer {
        CredentialOffer(
            issuer: issuer, configurations: grant.configurations,
            preAuthorizedCode: grants.isPreAuthorized ? names.code.text : nil,
            transactionCode: grant.transactionCode.map { _ in
                CredentialOffer.TransactionCode(
                    length: policy.transactionCodeLength,
                    explanation: policy.transactionCodeExplanation)
            }, issuerState: grants.isAuthorization ? names.state.text : nil)
    }

    private func freshTransactionCode() -> String {
        var random = SystemRandomness()
        var digits = ""
        while digits.count < policy.transactionCodeLength {
            // 250 is a multiple of ten: no digit is more likely than another.
            for byte in random.bytes(16)
            where byte < 250 && digits.count < policy.transactionCodeLength {
                digits += String(byte % 10)
            }
        }
        return digits
    }
}

extension Grant {
    /// That the offer can still be redeemed. Throws `codeUsed`, `codeExpired`.
    func checkIsOpen(_ now: Int64) throws(OAuthFault) {
        guard phase == .offered || phase == .approved else { throw .codeUsed }
        guard deadline >= now else { throw .codeExpired }
    }
}

/// The names of an offer. The owner's leads to the link's, and that to the code and to the state, never back; so storage, which
/// keeps hashes only, need not keep the code to show it again, and whoever has the link cannot renew its code.
struct OfferNames {
    let reference: Ticket
    let code: Ticket
    let state: Ticket
    /// The key of the grant.
    var grant: [UInt8] { reference.key }

    init(reference: Ticket) {
        self.reference = reference
        code = reference.derived("pre-authorized code")
        state = reference.derived("issuer state")
    }

    init(owner: Ticket) {
        self.init(reference: owner.derived("offer"))
    }

    /// The names that go with the handle of a `MadeOffer`.
    init(handle: String) throws(Refusal) {
        guard let owner = Ticket(received: handle) else { throw .unauthorized }
        self.init(owner: owner)
    }
}

extension Ticket {
    /// Another ticket, which only whoever has this one can compute.
    func derived(_ purpose: String) -> Ticket {
        let bytes = HMAC.authenticationCode(for: Array(purpose.utf8), key: Array(text.utf8))
        // 32 bytes in base64url are always a ticket.
        return Ticket(received: Base64URL.encode(bytes)) ?? Ticket()
    }
}
