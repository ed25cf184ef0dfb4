internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

extension Issuer {
    /// Inside the allocation step: commitment, row and card for this place.
    func make(
        _ prepared: Prepared, _ claims: Claims, _ place: RegisterPlace
    ) throws(Refusal) -> RegisterEntry {
        let (request, opened) = (prepared.request, prepared.opened)
        // A request without a check was answered before, and gets that answer instead of a place.
        guard let checked = prepared.checked else { throw .unavailable }
        var random = SystemRandomness()
        let commitment: Point
        var opening = [UInt8]()
        if let wallet = checked.wallet {
            guard let attributes = try? opened.edition.attributes(of: claims.value(of:)) else {
                throw .unavailable
            }
            (commitment, opening) = try binding { () throws(ProofError) in
                try wallet.commit(to: attributes, using: &random)
            }
        } else {
            commitment = Generators.withoutWallet(salt: random.fixed())
        }
        let row = Row(
            position: place.serial.number, index: checked.index, commitment: commitment,
            epoch: place.epoch,
            status: .active, signedBy: keys.register, using: &random)
        let answer: String
        if request.asksForCard {
            let card = try card(
                for: request.cardKey, commitment, checked.proofOfPerson, opened.edition, claims,
                place, at: prepared.time, using: &random)
            try checkSignature(of: card)
            var members: JSONObject = ["card": .string(card), "row": .bytes(row.encoded)]
            if let wallet = request.wallet {
                members.add("opening", .bytes(opening))
                members.add("wallet", .bytes(wallet))
            }
            answer = JSON.object(members).text
        } else {
            answer = JSON.object(["row": .bytes(row.encoded)]).text
        }
        _ = try Row(ofOurs: row.encoded, keys)
        return RegisterEntry(
            row: row, second: checked.index.secondEncoded, salt: random.fixed(),
            session: checked.session.map { seal.seal($0, in: opened.digest) } ?? [],
            answer: answer)
    }

    /// A signature is checked before anyone sees it: hardware, and memory, have given wrong ones (A139).
    private func checkSignature(of card: String) throws(Refusal) {
        do {
            let received = try ReceivedSDJWT(parsing: Array(card.utf8), .credential)
            _ = try received.verified(by: try ring.key(for: received.header))
        } catch {
            throw .unavailable
        }
    }
}

extension PersonIndex {
    var encoded: FixedBytes<33>? { FixedBytes(point.encoded) }
    var secondEncoded: FixedBytes<33>? { second.flatMap { FixedBytes($0.encoded) } }
}

extension OpenEdition {
    /// What stands behind this edition's cards.
    var proofOfPerson: ProofOfPerson {
        identity == nil ? .none : usesTestAnchors ? .test : .nationalID
    }
}

extension Claims {
    /// A digestable form, to notice the same request with other claims.
    var fingerprint: [UInt8] {
        items.flatMap { item in
            lengthPrefixed(item.name) + [item.claim.isSelective ? 1 : 0]
                + lengthPrefixed(item.claim.value.encoded)
        }
    }
}
