internal import TegataCrypto
public import TegataSDJWT

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
