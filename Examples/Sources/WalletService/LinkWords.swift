internal import Pages

// What people read when two cards are linked.
extension Message {
    static let linkCards = Message("二枚の会員証を結ぶ", "Link two cards")
    static let linkExplained = Message(
        "次の相手が、二枚の会員証が同じ人のものかを尋ねています。",
        "Somebody asks whether two of your cards are one person's.")
    static let linkPurpose = Message("相手の言う目的", "What they say it is for")
    static let onlyOneOf = Message(
        "この版の会員証をひとつ持っていることだけ。会員の人数",
        "Only that you have a card of this edition. Members of it")
    static let whichCard = Message("どの会員証か、その記載事項", "which card it is, and all that it says")
    static let agreement = Message("同意しますか", "Do you agree?")
    static let linkConsequence = Message(
        "相手は、二枚が同じ人のものだと知ります。一度知ったことは取り消せません。断っても、何も送られません。",
        "They learn that both cards are one person's, and what is learned cannot be taken back. If you decline nothing is sent."
    )
    static let agreeToLink = Message(
        "この相手が、この目的のために、二枚が私のものだと知ることに同意します。",
        "I agree that they learn, for this purpose, that both cards are mine.")
    static let agreeToFew = Message(
        "紛れる人数が少なく、推測されやすいことを承知しています。会員の人数",
        "I know that the card hides among few, and may be guessed. Members")
    static let whoseIDCard = Message("本人確認カード", "Your ID card")
    static let putIDCardIn = Message(
        "本人確認カードを読み取り機に置いてください。", "Put your ID card into the reader.")
    static let signsTwice = Message(
        "本人確認カードは、二枚の会員証のために一度ずつ署名します。",
        "The ID card signs once for each of the two cards.")
    static let linkNow = Message("同意して結ぶ", "Agree and link")
    static let linkedNow = Message("結びました。", "Linked.")
    static let notLinked = Message("結びませんでした。", "Not linked.")
    static let nothingLeft = Message("相手には何も送っていません。", "Nothing was sent to them.")
}
