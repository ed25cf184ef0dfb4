public import TegataSDJWT

// What anybody may count: the lists of every edition, and the files that an auditor reads.
extension Issuer {
    /// The public lists of an edition, signed: persons' indexes, card commitments and, where the edition asks for them, second
    /// indexes, each sorted on its own, and the size and root of the log that they follow from.
    ///
    /// - Throws: `unavailable`.
    public func publicLists(of edition: OpenEdition) async throws(Refusal) -> String {
        let (state, head) = try await register.snapshot()
        return try SignedLists.sign(
            PublicLists(try state.book(edition.digest)), of: edition.edition, by: id,
            at: clock(), size: head.size, root: head.root, keys.card)
    }

    /// Writes what an auditor needs beside the log's files: `profile.json` and the lists of every open edition.
    ///
    /// - Throws: `unavailable`, also when this issuer publishes nowhere or a file cannot be written; `fault` says which.
    public func publishLists() async throws(Refusal) {
        guard let directory else { throw .unavailable }
        try await publishing.take { () async throws(Refusal) in
            for edition in self.profile.editions {
                let text = try await self.publicLists(of: edition)
                try self.write(text, to: Auditor.listsFile(of: edition.digest), in: directory)
            }
            try self.write(self.profile.encoded, to: Auditor.profileFile, in: directory)
        }
    }

    private func write(
        _ text: String, to name: String, in directory: LogDirectory
    ) throws(Refusal) {
        do {
            try directory.write(Array(text.utf8), to: name)
        } catch {
            throw .unavailable
        }
    }
}
