public import Pages
public import Tegata

/// What the people at one counter do: which cards and other credentials they ask for, which benefits they count, which anonymous actions they
/// hold, which two cards they may ask to be one person's. The operator writes it, as code or as a JSON file; nothing that a stranger sends adds to it (R1).
///
/// `benefits` are counted by this verifier alone, for a card in any wallet; `entitlements` by their issuer, for all its shops together and
/// also without a network, and need a wallet that makes vouchers.
public struct Plan: Sendable {
    /// What can be checked.
    public var checks: [Check]
    /// What is counted down.
    public var benefits: [CountedBenefit]
    /// What issuers count.
    public var entitlements: [PlannedEntitlement]
    /// What members may do once each, without saying who they are.
    public var actions: [MemberAction]
    /// Which two cards may be asked to be one person's.
    public var links: [PlannedLink]
    /// Whose credentials that are no cards are believed, and who vouches for them; a verifier with a bundle has that from there.
    public var credentials: [TrustedCredentialIssuer]

    /// A plan.
    public init(
        checks: [Check] = [.anyMember], benefits: [CountedBenefit] = [],
        entitlements: [PlannedEntitlement] = [], actions: [MemberAction] = [],
        links: [PlannedLink] = [], credentials: [TrustedCredentialIssuer] = []
    ) {
        self.checks = checks
        self.benefits = benefits
        self.entitlements = entitlements
        self.actions = actions
        self.links = links
        self.credentials = credentials
    }
}

/// One question that a counter asks.
public struct Check: Sendable {
    /// Its name in forms, `a-z 0-9 -`.
    public let id: String
    /// What people read.
    public let title: Message
    /// What for.
    public let asks: Asked

    /// What is asked for.
    public enum Asked: Sendable {
        /// A membership card.
        case card(PlannedCard)
        /// A credential of another issuer.
        case credential(PlannedCredential)
    }

    /// A question.
    public init(_ id: String, _ title: Message, asking asks: Asked) {
        self.id = id
        self.title = title
        self.asks = asks
    }

    /// A question about a card.
    public init(
        _ id: String, _ title: Message, issuer: String? = nil, edition: String? = nil,
        claims: [String] = [], asksPerson: Bool = false
    ) {
        self.init(
            id, title,
            asking: .card(
                PlannedCard(
                    issuer: issuer, edition: edition, claims: claims, asksPerson: asksPerson)))
    }

    /// Whether the person must prove, with the ID card, that the card was issued to them.
    var asksPerson: Bool { if case .card(let card) = asks { card.asksPerson } else { false } }

    /// Whether a card of a trusted issuer is held, whichever.
    public static let anyMember = Check("member", .anyMember)
}

/// A card that a counter asks for.
public struct PlannedCard: Sendable {
    /// The issuer, when only that one will do.
    public let issuer: String?
    /// The edition's id, when only that one will do.
    public let edition: String?
    /// The claims to show, and never more.
    public let claims: [String]
    /// Whether the person must prove, with the ID card, that the card was issued to them. Needs an edition.
    public let asksPerson: Bool

    /// A card.
    public init(
        issuer: String? = nil, edition: String? = nil, claims: [String] = [],
        asksPerson: Bool = false
    ) {
        self.issuer = issuer
        self.edition = edition
        self.claims = claims
        self.asksPerson = asksPerson
    }
}

/// A benefit of which each card has so many.
public struct CountedBenefit: Sendable {
    /// Its name in forms.
    public let id: String
    /// What people read.
    public let title: Message
    /// The issuer, when only that one will do.
    public let issuer: String?
    /// The edition's id.
    public let edition: String
    /// The benefit's name in the issuer's own words, which the card must bring.
    public let benefit: String
    /// How many there are for each card.
    public let count: Int

    /// A benefit.
    public init(
        _ id: String, _ title: Message, issuer: String? = nil, edition: String, benefit: String,
        count: Int
    ) {
        self.id = id
        self.title = title
        self.issuer = issuer
        self.edition = edition
        self.benefit = benefit
        self.count = count
    }
}

/// A benefit of which each card has so many by its issuer's terms, which name this verifier's address as a shop.
public struct PlannedEntitlement: Sendable {
    /// Its name in forms.
    public let id: String
    /// What people read.
    public let title: Message
    /// The issuer, when only that one will do.
    public let issuer: String?
    /// The edition's id.
    public let edition: String
    /// The name that the issuer gave to the terms.
    public let terms: String

    /// An entitlement.
    public init(
        _ id: String, _ title: Message, issuer: String? = nil, edition: String, terms: String
    ) {
        self.id = id
        self.title = title
        self.issuer = issuer
        self.edition = edition
        self.terms = terms
    }
}

/// Something that every member may do once, without saying which member.
public struct MemberAction: Sendable {
    /// Its name in addresses.
    public let id: String
    /// What people read, here and in their wallets.
    public let title: Message
    /// The issuer, when only that one will do.
    public let issuer: String?
    /// The edition's id.
    public let edition: String
    /// The verifier's number for it: another number is another turn.
    public let number: UInt64
    /// For how many seconds it is open, from the lists that it is held with.
    public let seconds: Int64
    /// What members have to show besides.
    public let predicates: [ClaimPredicate]

    /// An action.
    public init(
        _ id: String, _ title: Message, issuer: String? = nil, edition: String, number: UInt64,
        seconds: Int64 = 86_400, requiring predicates: [ClaimPredicate] = []
    ) {
        self.id = id
        self.title = title
        self.issuer = issuer
        self.edition = edition
        self.number = number
        self.seconds = seconds
        self.predicates = predicates
    }
}
