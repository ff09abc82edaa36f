/** Words that fill headlines of any event: of reporting, weekdays, spans of time. Added to the stopwords. (data) */

export const NEWS_FILLER: Readonly<Record<string, string>> = {
  en:
    'amid breaking day days exclusive first got key last latest live made make more most news now people photos pictures ' +
    'report reported reportedly reports revealed reveals say says said set since story time today tomorrow two update updated ' +
    'updates video videos watch week weeks year years yesterday monday tuesday wednesday thursday friday saturday sunday ' +
    'according announce announced announces claims live told tells tonight',
  de:
    'aktuell bericht berichte berichtet berichten bilder erneut eilmeldung heute gestern liveblog ticker live liveticker ' +
    'meldet meldung neu news nachrichten prozent sagt sagte teilte mit mitteilte tag tage tagen uhr update video videos woche ' +
    'wochen jahr jahre jahren monat monate montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag laut ' +
    'angaben exklusiv newsblog überblick',
  fr:
    'actualité actualités actu annonce annoncé affirme après direct exclusif heure heures images info infos jour jours ' +
    'lundi mardi mercredi jeudi vendredi samedi dimanche mois an ans année années selon semaine semaines video vidéo vidéos ' +
    'photo photos hier demain matin soir direct live replay voici voilà',
  es:
    'actualización anuncia anunció asegura confirma confirmó día días directo dijo dice hoy ayer mañana hora horas imágenes ' +
    'año años mes meses semana semanas lunes martes miércoles jueves viernes sábado domingo noticia noticias según última ' +
    'últimas ultimo video vídeo vídeos videos fotos vivo informa informó reporta reportan exclusiva',
  pt:
    'afirma afirmou anuncia anunciou ano anos ao vivo atualização confirma confirmou dia dias diz disse hoje ontem amanhã hora ' +
    'horas mês meses semana semanas segunda terça quarta quinta sexta sábado domingo feira notícia notícias imagens fotos ' +
    'segundo último últimas veja vídeo vídeos vivo direto informou exclusivo saiba',
  it:
    'aggiornamento aggiornamenti anno anni annuncia dice detto diretta esclusiva foto giorno giorni ieri oggi domani mese mesi ' +
    'notizia notizie ora ore secondo settimana settimane ultima ultime video live lunedì martedì mercoledì giovedì venerdì ' +
    'sabato domenica ecco',
  nl:
    'aldus beelden dag dagen foto gisteren jaar jaren live liveblog maand maanden meldt morgen nieuws nieuwe opnieuw uur ' +
    'update vandaag video volgens week weken zegt zei maandag dinsdag woensdag donderdag vrijdag zaterdag zondag exclusief',
  sv:
    'bilder dag dagar idag igår imorgon just live månad nu nya nyheter enligt rapport senaste säger sade sätt uppdatering ' +
    'vecka veckor video år åren måndag tisdag onsdag torsdag fredag lördag söndag',
  pl:
    'dzień dni dziś dzisiaj wczoraj jutro godzina nowe nowy rok roku lat tydzień miesiąc według wideo zdjęcia pilne ' +
    'relacja żywo poniedziałek wtorek środa środę czwartek piątek sobota sobotę niedziela niedzielę powiedział podał',
  tr:
    'açıkladı açıklama bugün dakika dün gün günü haber haberi haberler hafta ay yıl yılı son video foto galeri canlı dedi ' +
    'pazartesi salı çarşamba perşembe cuma cumartesi pazar',
  ru:
    'видео год года году лет вчера завтра сегодня день дня дней сообщил сообщила сообщили сообщает заявил заявила заявили ' +
    'рассказал рассказала рассказали назвал назвала назвали новости новость фото эфир онлайн неделя неделю неделе месяц ' +
    'понедельник вторник среду среда четверг пятницу пятница субботу суббота воскресенье ко словам данным стало известно срочно',
  uk:
    'а би відео вчора від день для до завтра за заявив заявила зі і із його її й ко ми на над не ні новини но о об однак ' +
    'він вона вони при про р рік роки року років розповів сьогодні с там то того тому тижня у фото що щоб цього я ще як який ' +
    'яка які понеділок вівторок середу четвер пятницю суботу неділю повідомив повідомили',
  ar:
    'اليوم أمس غدا عاجل فيديو صور بالفيديو بالصور شاهد خبر أخبار مباشر قال قالت يقول أعلن أعلنت تعلن يعلن أكد أكدت يؤكد تؤكد ' +
    'كشف يكشف تكشف بحسب وفق وفقا عام أعوام سنة يوم أيام شهر أسبوع ساعة الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت',
  ko:
    '뉴스 속보 단독 종합 영상 사진 포토 오늘 어제 내일 올해 지난 지난해 최근 이날 오전 오후 밝혔다 말했다 전했다 발표 관련 ' +
    '대한 통해 위해 년 월 일 월요일 화요일 수요일 목요일 금요일 토요일 일요일 등 것 수',
  ja:
    '速報 動画 写真 ニュース 記事 今日 昨日 明日 本日 発表 年 月 日 時 分 さん 氏 万 など について によると ' +
    '月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 明らか 会見',
  zh: '没有 记者 报道 新闻 视频 图片 最新 今日 今天 昨天 明天 日 月 年 表示 消息 快讯 直播 星期一 星期二 星期三 星期四 星期五 星期六 星期日',
}
