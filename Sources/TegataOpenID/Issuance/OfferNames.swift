internal import TegataCrypto
internal import TegataSDJWT

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
