public import TegataLog

/// What an audit established, from public files alone.
public struct AuditReport: Hashable, Sendable {
    /// Whose log.
    public let issuer: String
    /// The checkpoint that everything follows from.
    public let checkpoint: Checkpoint
    /// How many witnesses had to sign it.
    public let witnesses: Int
    /// The editions in the order of their announcement.
    public let editions: [EditionAudit]
    /// Where the register went on, in order; empty while it is where it began.
    public let relocations: [RelocationAudit]
}

/// A relocation that issuer, and council where there is one, signed for its place in the log.
public struct RelocationAudit: Hashable, Sendable {
    /// Where the register goes on.
    public let site: String
    /// The entry that says so.
    public let entry: UInt64
    /// Whether sites signed together, and not one with the issuer's keys alone.
    public let isCouncils: Bool
}

/// What the log says about one edition.
public struct EditionAudit: Hashable, Sendable {
    /// The issuer's name for it.
    public let id: String
    /// The limit in force.
    public let limit: Limit
    /// How often the limit was changed, openly.
    public let changes: Int
    /// How many serials were ever given: the highest one.
    public let serials: UInt32
    /// Cards in force: as many persons, and as many commitments, are in the public lists.
    public let active: Int
    /// Cards suspended for now.
    public let suspended: Int
    /// Cards revoked for good.
    public let revoked: Int
    /// Serials returned and not given again.
    public let returned: Int
    /// Whether the issuer says that each person has at most one.
    public let isOnePerPerson: Bool
    /// How many sessions of attested persons are frozen in lists.
    public let sessions: Int
    /// How many of the persons in force are proven, for everyone, to come from one of those sessions.
    public let settled: Int
    /// How many of the persons in force have no phone to settle with, on the issuer's word.
    public let declared: Int
    /// How often a card went on for the person of a new ID card.
    public let renewed: Int
    /// How many new cards were issued, on the issuer's word, for certificates after the edition's cut-off.
    public let appeals: Int
    /// How often a card in force was issued again or renewed for such a certificate.
    public let lateMembers: Int
    /// Whether nobody in force shares name, birth date and sex with somebody else, but for `namesakes`.
    public let hasSecondIndex: Bool
    /// How many new cards were issued, on the issuer's word, to people who share a member's name, birth date and sex.
    public let namesakes: Int
    /// How many cards went on for a new ID card because of name, birth date and sex alone, on the issuer's word.
    public let recovered: Int
    /// How often the edition's key was handed over to other nodes.
    public let handOvers: Int
    /// How many sessions the nodes say, by their signatures, that they evaluated; `nil` while they said nothing.
    public let evaluated: Int?
    /// How many sessions were frozen in lists when the nodes last counted.
    public let frozenWhenCounted: Int
    /// How many sessions the nodes' counts lack for what was entered when they counted the time before: cards without an evaluation, or
    /// counts that are false. Not judged after a hand-over.
    public let missing: Int
    /// At how many entries of the log the edition's lists were compared with it.
    public let listsAt: UInt64
    /// The draw as it was computed again; `nil` where cards are not drawn, or not yet.
    public let draw: DrawAudit?
}

extension EditionAudit {
    /// Whether nodes say that they evaluated fewer sessions than are frozen, or than cards took: somebody's count, session or card
    /// is false.
    public var countsFallShort: Bool {
        evaluated.map { $0 < frozenWhenCounted || missing > 0 } ?? false
    }

    /// How many sessions were evaluated beyond one a card that was ever given: checks at doors, renewals, claims that were refused, or
    /// somebody looking people up. `nil` while nodes said nothing.
    public var evaluatedBeyondCards: Int? {
        evaluated.map { max(0, $0 - Int(serials) - renewed) }
    }
}

/// A draw, computed again from the log.
public struct DrawAudit: Hashable, Sendable {
    /// What was to decide, as it was named before anybody entered.
    public let randomness: String
    /// What the issuer says that chance said: compare it with what was named.
    public let outcome: String
    /// The numbers of the entrants' entries in the log, in the order of the draw: the first got serial 1.
    public let order: [UInt64]
}

extension AuditReport: CustomStringConvertible {
    /// A verdict for people, in English.
    public var description: String {
        let head =
            "\(issuer): \(checkpoint.size) entries, root \(checkpoint.root), "
            + (witnesses > 0
                ? "signed by the log and at least \(witnesses) witnesses"
                : "signed by the log; no witness was asked")
        return ([head] + editions.map(\.description) + relocations.map(\.description)).joined(
            separator: "\n")
    }

    /// The verdict in Japanese.
    public var japanese: String {
        let head =
            "\(issuer)：\(checkpoint.size) 件の記録、ルート \(checkpoint.root)、"
            + (witnesses > 0 ? "ログと \(witnesses) 以上の証人が署名" : "ログの署名のみ（証人なし）")
        return ([head] + editions.map(\.japanese) + relocations.map(\.japanese)).joined(
            separator: "\n")
    }
}

extension RelocationAudit: CustomStringConvertible {
    /// One line for people, in English.
    public var description: String {
        "moved to \(site) at entry \(entry), signed by "
            + (isCouncils ? "the issuer and enough of its sites" : "the issuer alone")
    }

    /// One line for people, in Japanese.
    public var japanese: String {
        "記録 \(entry) で \(site) へ移転（" + (isCouncils ? "発行者と定数の拠点が署名" : "発行者のみが署名") + "）"
    }
}

extension EditionAudit: CustomStringConvertible {
    /// One line for people, in English.
    public var description: String {
        "\(id): limited to \(limit), \(serials) serials given; \(active) cards in force, "
            + "\(suspended) suspended, \(revoked) revoked, \(returned) returned"
            + (isOnePerPerson ? "; no person has two" : "")
            + (sessions > 0 ? "; \(settled) of them from \(sessions) attested sessions" : "")
            + (declared > 0 ? "; \(declared) without a phone, on the issuer's word" : "")
            + (appeals > 0 ? "; \(appeals) issued as exceptions to the cut-off" : "")
            + (lateMembers > 0 ? "; \(lateMembers) members came with later ID cards" : "")
            + (hasSecondIndex ? "; no name, birth date and sex twice" : "")
            + (namesakes > 0 ? " but for \(namesakes) exceptions" : "")
            + (recovered > 0 ? "; \(recovered) members were found by their names" : "")
            + (renewed > 0 ? "; \(renewed) went on under new ID cards" : "")
            + (handOvers > 0 ? "; its key was handed over \(handOvers) times" : "")
            + (evaluated.map {
                "; nodes counted \($0) sessions"
                    + (countsFallShort
                        ? missing > 0
                            ? ", FEWER than cards took, by \(missing)"
                            : ", FEWER than the \(frozenWhenCounted) that are frozen"
                        : ", \(evaluatedBeyondCards ?? 0) beyond one a card")
            } ?? "") + (changes > 0 ? "; the limit was changed \(changes) times" : "")
            + (draw.map {
                "; drawn among \($0.order.count) by \"\($0.outcome)\", to be compared with: "
                    + $0.randomness
            } ?? "") + "; lists compared at entry \(listsAt)"
    }

    /// One line for people, in Japanese.
    public var japanese: String {
        "\(id)：限定 \(limit)、発行済み番号 \(serials)。有効 \(active)、停止 \(suspended)、"
            + "失効 \(revoked)、返却 \(returned)"
            + (isOnePerPerson ? "。一人一枚を確認" : "")
            + (sessions > 0 ? "。うち \(settled) 名は本人確認 \(sessions) 件に由来すると証明済み" : "")
            + (declared > 0 ? "。電話なしの会員 \(declared) 名は発行者の申告" : "")
            + (appeals > 0 ? "。締切日の例外として発行 \(appeals) 枚" : "")
            + (lateMembers > 0 ? "。新しい証明書で来た既存会員 \(lateMembers) 件" : "")
            + (hasSecondIndex ? "。氏名・生年月日・性別の重複なし" : "")
            + (namesakes > 0 ? "（例外 \(namesakes) 件を除く）" : "")
            + (recovered > 0 ? "。氏名等で本人と認めた会員 \(recovered) 件" : "")
            + (renewed > 0 ? "。新しい身分証へ引き継ぎ \(renewed) 件" : "")
            + (handOvers > 0 ? "。鍵の引き渡し \(handOvers) 回" : "")
            + (evaluated.map {
                "。評価ノードの集計 \($0) 件"
                    + (countsFallShort
                        ? missing > 0
                            ? "（発行に要した件数より \(missing) 件少ない！）"
                            : "（凍結された \(frozenWhenCounted) 件より少ない！）"
                        : "（一枚一件を超える分 \(evaluatedBeyondCards ?? 0) 件）")
            } ?? "") + (changes > 0 ? "。上限の変更 \(changes) 回" : "")
            + (draw.map {
                "。\($0.order.count) 件から抽選、乱数「\($0.outcome)」を次と照合してください: \($0.randomness)"
            } ?? "") + "。名簿は記録 \(listsAt) 件の時点で照合"
    }
}
