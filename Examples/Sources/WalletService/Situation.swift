public import Pages
public import Tegata

/// What a wallet was doing when something was refused: the same reason calls for other words.
public enum Situation: Sendable {
    /// A card is fetched.
    case receiving
    /// A card is shown.
    case showing
    /// A card is read, or deleted.
    case keeping
    /// A card is settled.
    case settling

    /// What happened, and what to do next.
    public func words(for refusal: Refusal) -> (happened: Message, next: Message) {
        switch (self, refusal) {
        case (.receiving, .unauthorized):
            (
                Message(
                    "コードが違うか、この申し出はもう使えません。", "The code is wrong, or the offer is none any more."),
                Message("発行者の画面のコードを確かめてください。", "Look at the code where the offer was made.")
            )
        case (.receiving, .limitExceeded):
            (
                Message(
                    "コードの間違いが多すぎるか、発行者が混み合っています。",
                    "There were too many wrong codes, or too many requests."),
                Message("発行者の画面で新しいコードを受け取ってください。", "Ask for a new code where the offer was made.")
            )
        case (.receiving, .holderBindingInvalid):
            (
                Message("この申し出は別の会員証入れのためのものです。", "This offer is for another wallet."),
                Message(
                    "手続きを始めた会員証入れで受け取ってください。", "Receive it with the wallet that it was made for.")
            )
        case (.receiving, .expired), (.receiving, .replayed):
            (
                Message("この申し出はもう使えません。", "This offer cannot be used any more."),
                Message("発行者のページからやり直してください。", "Start again on the issuer's page.")
            )
        case (.receiving, .issuerUntrusted):
            (
                Message("発行者を確認できませんでした。", "It could not be established who the issuer is."),
                Message("発行者のページからやり直してください。", "Start again on the issuer's page.")
            )
        case (.showing, .issuerUntrusted):
            (
                Message(
                    "求めている相手を、この会員証入れは信頼していません。何も送っていません。",
                    "This wallet does not trust who asks. Nothing was sent."),
                Message("相手を信頼するには wallet trust を使います。", "To trust a verifier use: wallet trust.")
            )
        case (.showing, .signatureInvalid):
            (
                Message(
                    "求めが途中で変えられています。何も送っていません。",
                    "The question was changed on the way. Nothing was sent."),
                Message("相手のページからやり直してください。", "Start again on the page that asked.")
            )
        case (.showing, .typeMismatch):
            (
                Message("求められた会員証がありません。", "No card here is what was asked for."),
                Message("求められた版の会員証を受け取ってください。", "Receive a card of the edition that is asked for.")
            )
        case (.showing, .conflict), (.showing, .expired):
            (
                Message("この求めはもう終わっています。", "This question is over."),
                Message("相手のページからやり直してください。", "Start again on the page that asked.")
            )
        case (.keeping, .malformed):
            (
                Message(
                    "この番号の会員証は、ないか、読み取れません。",
                    "There is no card of this number, or it cannot be read."),
                Message("一覧を確かめてください。", "Look at the list.")
            )
        case (.keeping, .expired):
            (
                Message("この会員証は有効期限が切れています。", "This card is out of date."),
                Message("発行者に新しい会員証を申し込んでください。", "Ask the issuer for a new one.")
            )
        case (.keeping, .holderBindingInvalid):
            (
                Message("この会員証は別の鍵のものです。", "This card belongs to another key."),
                Message("鍵のファイルが取り替えられていないか確かめてください。", "Look whether the key file was replaced.")
            )
        case (.settling, .unsupported):
            (
                Message(
                    "この発行者は、精算のための名簿をまだ公開していません。",
                    "This issuer does not publish lists for settling yet."),
                Message("後でもう一度お試しください。", "Please try again later.")
            )
        case (.settling, .notYetValid):
            (
                Message("この会員証の手続きは、まだ名簿に載っていません。", "No list has this card's session yet."),
                Message("数時間後にもう一度お試しください。", "Please try again in some hours.")
            )
        case (.settling, .limitExceeded):
            (
                Message("名簿の人数が少なく、まだ紛れることができません。", "The list is too small to hide among."),
                Message("人数が増えてから、もう一度お試しください。", "Please try again when more people are in it.")
            )
        default: (refusal.whatHappened, refusal.whatToDo)
        }
    }
}
