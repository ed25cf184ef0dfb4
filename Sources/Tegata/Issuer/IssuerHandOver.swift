internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

// What an issuer asks of the nodes of a live edition: to hand its key over, and to erase what came before (Spec/services.md).
extension Issuer {
    /// A plan by which the nodes of an edition hand its key over: to others, or to themselves with fresh shares.
    ///
    /// - Parameters:
    ///   - edition: which edition.
    ///   - boxKeys: the new nodes' `boxKey`s, in the order of their numbers. Their operators say them, and the operators of the nodes in
    ///     force compare: whoever's keys stand here gets the key.
    ///   - threshold: how many of them answer together.
    /// - Returns: text for `EvaluationNode.allow(handOver:)`, at the nodes in force and at the new ones, and for `handOver(_:by:to:)`.
    /// - Throws: `unsupported` for an edition without nodes, `malformed` for keys or a threshold that cannot be.
    public func handOverPlan(
        of edition: OpenEdition, to boxKeys: [[UInt8]], threshold: Int
    ) throws(Refusal) -> String {
        guard let parameters = (self.edition(edition.edition.id) ?? edition).identity else {
            throw .unsupported
        }
        var recipients = [Point]()
        for key in boxKeys {
            guard let point = try? Point(parsing: key) else { throw .malformed }
            recipients.append(point)
        }
        guard
            let plan = HandOverPlan(
                edition: edition.digest, issuer: keys.register.publicKey.xOnly,
                round: parameters.round + 1, threshold: threshold, recipients: recipients)
        else { throw .malformed }
        return plan.text
    }

    /// Lets the nodes of a live edition hand its key over. The key itself stays, and with it everybody's index; nobody ever has it in one
    /// place. From then on sessions are evaluated by the new nodes; those under way are accepted for eleven minutes.
    ///
    /// A dealer whose dealing does not hold is named to the services' `onFault`, on the word of who received it, and another one deals.
    ///
    /// - Parameters:
    ///   - edition: which edition.
    ///   - plan: what `handOverPlan` made, and the operators of all nodes agreed to.
    ///   - services: attestors as before, and the new nodes.
    /// - Returns: the edition with its new nodes; the profile has it too.
    /// - Throws: `conflict` for a plan that is not the edition's next, `unauthorized` when the nodes did not agree to it,
    ///   `unavailable` while too few answer truly, and then nothing is changed.
    public func handOver(
        _ edition: OpenEdition, by plan: String, to services: IdentityServices
    ) async throws(Refusal) -> OpenEdition {
        let plan = try HandOverPlan(text: plan)
        guard let current = try await current(edition.edition.id),
            let parameters = current.identity, let old = current.services
        else { throw .unsupported }
        guard plan.edition == current.digest, plan.issuer == keys.register.publicKey.xOnly,
            plan.round == parameters.round + 1,
            plan.sharing.nodes == services.nodes.count,
            plan.sharing.threshold == services.nodeThreshold
        else { throw .conflict }
        let terms = EditionTerms(
            edition: current.digest, issuer: keys.register.publicKey.xOnly.array,
            cutOff: current.edition.cutOff, isCertified: current.edition.certifiesRequesters)
        var excluded = Set<Int>()
        while true {
            let dealings = try await old.dealings(plan, under: parameters.keys, without: excluded)
            let liars = try await services.accept(
                HandOverOffer(
                    plan: plan, keys: parameters.keys, dealings: dealings, terms: terms,
                    signedBy: keys.register))
            if liars.isEmpty {
                return try await announce(plan, dealings, current, services)
            }
            for liar in liars.sorted() {
                old.onFault(ServiceFault(service: .node(liar), reason: .proofInvalid))
            }
            excluded.formUnion(liars)
        }
    }

    private func announce(
        _ plan: HandOverPlan, _ dealings: [HandOverDealing], _ current: OpenEdition,
        _ services: IdentityServices
    ) async throws(Refusal) -> OpenEdition {
        let change = try NodeChange(
            issuer: id, edition: current.edition.id, time: clock(), plan: plan,
            dealings: dealings, signedBy: keys.card)
        var changed = try current.after(change)
        changed.services = services
        let digest = current.digest
        try await register.submit { state, batch throws(Refusal) in
            guard batch.entries.isEmpty else { return .wait }
            guard try state.book(digest).nodeChanges.count == Int(plan.round) - 1 else {
                throw .conflict
            }
            batch.isChange = true
            return .one(.signed(.nodes, digest, change.encoded), .plain)
        }
        replaceOpen(changed)
        return changed
    }

    /// Orders the nodes of before a hand-over to erase their shares: once wallets have the new profile. May be repeated.
    ///
    /// - Parameters:
    ///   - services: the nodes of before.
    ///   - edition: the edition as it is now.
    /// - Returns: the numbers of the nodes that answered. Another one's share still counts until its operator has erased it.
    /// - Throws: `unsupported` for an edition that was not handed over.
    public func retireNodes(
        _ services: IdentityServices, of edition: OpenEdition
    ) async throws(Refusal) -> [Int] {
        guard let round = edition.identity?.round, round > 0 else { throw .unsupported }
        let order = RetireOrder(edition.digest, before: round, by: keys.register).encoded
        var done = [Int]()
        await services.ask(
            services.nodes, atOnce: services.nodes.count, within: services.patience,
            named: { .node($0.node) },
            { service throws(Refusal) in try await service.retire(order) },
            taking: { service, _ in
                done.append(service.node)
                return nil
            }, until: { done.count == services.nodes.count })
        return done.sorted()
    }
}

extension IdentityServices {
    /// Dealings of as many nodes as the keys ask for, each proven under its dealer's published key.
    ///
    /// - Throws: what the nodes refuse with, `unavailable` when there are too few.
    fileprivate func dealings(
        _ plan: HandOverPlan, under keys: EditionKeys, without excluded: Set<Int>
    ) async throws(Refusal) -> [HandOverDealing] {
        let text = plan.text
        var dealings = [HandOverDealing]()
        var refusal = Refusal.unavailable
        await ask(
            nodes.filter { !excluded.contains($0.node) }, atOnce: keys.sharing.threshold,
            within: patience, named: { .node($0.node) },
            { service throws(Refusal) in try await service.handOver(text) },
            taking: { service, text in
                guard let bytes = try? Base64URL.decode(text),
                    let dealing = try? HandOverDealing(parsing: bytes, for: plan)
                else { return .malformed }
                guard dealing.dealer == service.node,
                    !dealings.contains(where: { $0.dealer == dealing.dealer })
                else { return .contradicts }
                guard (try? keys.check(dealing, plan)) != nil else { return .proofInvalid }
                dealings.append(dealing)
                return nil
            },
            refused: { refusal = $0 }, until: { dealings.count == keys.sharing.threshold })
        guard dealings.count == keys.sharing.threshold else { throw refusal }
        return dealings.sorted { $0.dealer < $1.dealer }
    }

    /// Gives the dealings to every recipient, all of whom have to hold their share before anything is announced.
    ///
    /// - Returns: whose dealings do not hold; empty when all recipients have the share that follows.
    /// - Throws: `unavailable`, or what a recipient refused with.
    fileprivate func accept(_ offer: HandOverOffer) async throws(Refusal) -> Set<Int> {
        let keys = try binding { () throws(ProofError) in
            try EditionKeys(offer.plan, dealings: offer.dealings, from: offer.keys)
        }
        let text = offer.encoded
        let dealers = Set(offer.dealings.map(\.dealer))
        var liars = Set<Int>()
        var done = 0
        var refusal = Refusal.unavailable
        await ask(
            nodes, atOnce: nodes.count, within: patience, named: { .node($0.node) },
            { service throws(Refusal) in try await service.takeOver(text) },
            taking: { service, text in
                guard let message = try? JSON.message(text, limit: 4096) else { return .malformed }
                if let named = message["liars"]?.array {
                    let numbers = named.compactMap { $0.integer.map { Int(clamping: $0) } }
                    guard !numbers.isEmpty, dealers.isSuperset(of: numbers) else {
                        return .contradicts
                    }
                    liars.formUnion(numbers)
                    return nil
                }
                guard (1...keys.sharing.nodes).contains(service.node),
                    let key = try? message.required("key").point(),
                    key == keys.nodeKeys[service.node - 1]
                else { return .proofInvalid }
                done += 1
                return nil
            },
            refused: { refusal = $0 }, until: { done == nodes.count })
        guard done == nodes.count || !liars.isEmpty else { throw refusal }
        return liars
    }
}
