public import TegataSDJWT

// Texts that belong to an edition and outlive the place where they were written down (Spec/register.md, "Attachments").
extension Issuer {
    /// Writes a text down for good: what an edition's cards look like and say, terms, a programme. It is in the register, so it is in
    /// every archive and for every process; the log commits to it and shows nothing of it. Twice is once.
    ///
    /// - Parameters:
    ///   - text: at most 524,288 bytes of UTF-8.
    ///   - name: what it is called, 1 to 128 bytes of UTF-8, in this edition.
    ///   - edition: an open edition.
    /// - Throws: `conflict` when the edition has another text of this name: what was written stays. `malformed` for an empty name,
    ///   `limitExceeded` beyond these sizes and 4,096 texts an edition, `unavailable`.
    public func attach(
        _ text: String, as name: String, to edition: OpenEdition
    ) async throws(Refusal) {
        try await attach([try Attachment(name, text)], to: edition.digest)
    }

    /// The text of this name; `nil` when there is none.
    ///
    /// - Throws: `unavailable`.
    public func attachment(
        _ name: String, of edition: OpenEdition
    ) async throws(Refusal) -> String? {
        let book = try await register.current().book(edition.digest)
        guard let record = book.attachments.record(of: name) else { return nil }
        guard case .attachment(let memo) = try await register.document(at: record).memo else {
            throw .unavailable
        }
        return try Attachment(parsing: memo.document).text
    }

    /// The names of all texts of an edition, oldest first.
    ///
    /// - Throws: `unavailable`.
    public func attachments(of edition: OpenEdition) async throws(Refusal) -> [String] {
        try await register.current().book(edition.digest).attachments.names
    }

    func attach(
        _ attachments: [Attachment], to edition: EditionDigest
    ) async throws(Refusal) {
        try await register.submit { state, batch throws(Refusal) in
            try state.attach(attachments, to: edition, &batch)
        }
    }
}
