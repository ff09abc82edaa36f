/** Words too frequent to distinguish events, by language; folded like terms (without accents). (data) */

import { foldWords } from '../../sections/sections.ts'

const words = (list: string): ReadonlySet<string> => new Set(list.split(' ').map(foldWords))

export const STOPWORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  en: words(
    'a about after again all also an and any are as at be because been before being between both but by can ' +
      'could did do does down during each few for from further had has have having he her here him his how i if ' +
      'in into is it its just like may me might more most my new no nor not now of off on one only or other our ' +
      'out over own per said same say says she should so some still such than that the their them then there ' +
      'these they this those through to too two under until up us very was we were what when where which while ' +
      'who whom why will with would you your s t year years day days week time first last make made amid against ' +
      'per via get gets got today',
  ),
  de: words(
    'aber alle als also am an auch auf aus bei bis da damit dann das dass dem den der des die dies diese ' +
      'dieser dieses doch dort du durch ein eine einem einen einer eines er es für fur gegen hat habe haben ' +
      'hatte ich ihr ihre im in ins ist ja jahr jahre jahren kann kein keine können konnen mehr mit muss nach ' +
      'nicht noch nun nur ob oder ohne sei sein seine seit sich sie sind so soll sollen über uber um und unter ' +
      'uns vom von vor war waren was weil wenn wer werden wie wieder will wir wird wurde zu zum zur zwei ' +
      'zwischen',
  ),
  fr: words(
    'a à afin ai ainsi après apres au aussi autre aux avant avec avoir c ce ces cet cette ceux chez comme ' +
      'contre d dans de depuis des deux dont du elle elles en encore entre est et être etre eu fait il ils j je ' +
      'jusqu l la le les leur leurs lors lui m mais même meme moins n ne ni nos notre nous on ont ou où par pas ' +
      'pendant peu plus pour qu quand que qui s sa sans se selon ses si son sont sous sur t tous tout toute très ' +
      'tres un une vers vous y été ete an ans',
  ),
  es: words(
    'a al algo ante antes años anos año ano aunque bajo cada como con contra cual cuando de del desde donde ' +
      'dos durante e el él ella ellos en entre era es esa ese eso esta está este esto estos fue ha hace hacia ' +
      'han hasta hay la las le les lo los más mas me mientras muy nada ni no nos o otra otro para pero poco por ' +
      'porque que qué quien se según segun ser si sí sin sobre son su sus también tambien tan tiene toda todo ' +
      'todos tras tres un una uno unos y ya',
  ),
  it: words(
    'a ad agli ai al alla alle allo anche anni anno c che chi ci come con contro cosa così cosi da dagli dai ' +
      'dal dalla dalle degli dei del della delle dello di dopo dove due e è ed era fra gli ha hanno i il in io l ' +
      'la le lei li lo loro lui ma mentre mi nei nel nella nelle no non o ogni per perché perche più piu poi ' +
      'prima quando quella quello questa questo se senza si sono su sua sue sugli sui sul sulla suo suoi tra tre ' +
      'tutti tutto un una uno',
  ),
  pt: words(
    'a ao aos após apos as até ate com como contra da das de dela dele depois desde do dois dos e é ela ele em ' +
      'entre era essa esse esta está estão este eu foi foram há isso já ja lhe mais mas mesmo muito na nas não ' +
      'nao nem no nos num o os ou para pela pelas pelo pelos por porque qual quando que quem se sem ser seu seus ' +
      'sobre sua suas também tambem tem um uma anos ano',
  ),
  nl: words(
    'aan al alle als bij dan dat de der deze die dit door een en er geen had heb heeft het hij hoe hun ik in ' +
      'is jaar je kan maar me meer met mijn na naar niet nog nu of om onder ons ook op over te tegen toch toen ' +
      'tot uit van veel voor waar was wat we wel werd wie wil worden wordt zal ze zich zij zijn zo',
  ),
  ru: words(
    'а без бы был была были было быть в вам вас весь во вот все всего вы где да для до его ее если есть еще же ' +
      'за и из или им их к как ко когда кто ли мы на над нам нас не него нет ни но о об он она они оно от по под ' +
      'при с со так также там то того тоже только том ты у уже чем что чтобы эта эти это этот я года году лет',
  ),
  uk: words(
    'а без би був була були було бути в вам вас ви від він вона вони все для до його її є же з за зі і із й ' +
      'коли ми на над не ні но о об однак по під при про р року с та так також там те то того тому у чи що щоб ' +
      'це цей цього я як який',
  ),
  ar: words(
    'في من على إلى الى عن مع هذا هذه ذلك التي الذي ان أن إن كان كانت قد لا ما لم لن ثم أو او و بعد قبل بين كل ' +
      'عند منذ حتى خلال أكثر غير هو هي هم',
  ),
  sv: words(
    'att av de den det du efter en ett från fran för for ha han har hon i in inte jag kan med men när nar och ' +
      'om på pa sa sig som så till ut var vi vid är ar över over ska under mot nya',
  ),
  ja: words(
    'の に は を た が で て と し れ さ ある いる も する から な こと として い や など なっ ない この ため その あっ よう また もの という あり まで られ なる へ か だ これ ' +
      'によって により おり より による ず なり られる において なかっ なく しかし について だっ その後 できる それ です ます',
  ),
  zh: words(
    '的 了 在 是 我 有 和 就 不 人 都 一 一个 上 也 很 到 说 要 去 你 会 着 没有 看 好 自己 这 与 及 等 将 为 于 对 中 被 从 以',
  ),
}
