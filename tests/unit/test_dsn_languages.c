/* The reader of bounces: notices without MIME, in the languages and encodings
 * in which people get them. */
#include "tests/unit/message.h"

/* clang-format off */
static const struct {
	const char *what;
	const char *text;
} notices[] = {
	/* 次の宛先へのメールを配信できませんでした。 */
	{"Japanese, UTF-8",
		"\xe6\xac\xa1\xe3\x81\xae\xe5\xae\x9b\xe5\x85\x88\xe3\x81\xb8"
		"\xe3\x81\xae\xe3\x83\xa1\xe3\x83\xbc\xe3\x83\xab\xe3\x82\x92"
		"\xe9\x85\x8d\xe4\xbf\xa1\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe"
		"\xe3\x81\x9b\xe3\x82\x93\xe3\x81\xa7\xe3\x81\x97\xe3\x81\x9f"
		"\xe3\x80\x82\n"
		"\n"
		"bob@c.example\n"
		"\n"
		"\xe4\xbb\xa5\xe4\xb8\x8b\xe3\x81\xaf\xe5\x85\x83\xe3\x81\xae"
		"\xe3\x83\xa1\xe3\x83\xbc\xe3\x83\xab\xe3\x81\xa7\xe3\x81\x99"
		"\xe3\x80\x82\n"
		"\n"},
	/* 次の宛先へのメールを配信できませんでした。 */
	{"Japanese, ISO-2022-JP",
		"\x1b$B<!$N08@h$X$N%a!<%k$rG[\x3f.$G$-$^$;$s$G$7$\x3f!#\x1b"
		"(B\n"
		"\n"
		"bob@c.example\n"
		"\n"
		"\x1b$B0J2<$O85$N%a!<%k$G$9!#\x1b(B\n"
		"\n"},
	/* 次の宛先へのメールを配信できませんでした。 */
	{"Japanese, Shift_JIS",
		"\x8e\x9f\x82\xcc\x88\xb6\x90\xe6\x82\xd6\x82\xcc\x83\x81\x81"
		"[\x83\x8b\x82\xf0\x94z\x90M\x82\xc5\x82\xab\x82\xdc\x82\xb9"
		"\x82\xf1\x82\xc5\x82\xb5\x82\xbd\x81" "B\n"
		"\n"
		"bob@c.example\n"
		"\n"
		"\x88\xc8\x89\xba\x82\xcd\x8c\xb3\x82\xcc\x83\x81\x81[\x83"
		"\x8b\x82\xc5\x82\xb7\x81" "B\n"
		"\n"},
	/* 次の宛先へのメールを配信できませんでした。 */
	{"Japanese, EUC-JP",
		"\xbc\xa1\xa4\xce\xb0\xb8\xc0\xe8\xa4\xd8\xa4\xce\xa5\xe1\xa1"
		"\xbc\xa5\xeb\xa4\xf2\xc7\xdb\xbf\xae\xa4\xc7\xa4\xad\xa4\xde"
		"\xa4\xbb\xa4\xf3\xa4\xc7\xa4\xb7\xa4\xbf\xa1\xa3\n"
		"\n"
		"bob@c.example\n"
		"\n"
		"\xb0\xca\xb2\xbc\xa4\xcf\xb8\xb5\xa4\xce\xa5\xe1\xa1\xbc\xa5"
		"\xeb\xa4\xc7\xa4\xb9\xa1\xa3\n"
		"\n"},
	/* 很抱歉，您的邮件无法投递到下列地址： */
	{"Chinese, UTF-8",
		"\xe5\xbe\x88\xe6\x8a\xb1\xe6\xad\x89\xef\xbc\x8c\xe6\x82\xa8"
		"\xe7\x9a\x84\xe9\x82\xae\xe4\xbb\xb6\xe6\x97\xa0\xe6\xb3\x95"
		"\xe6\x8a\x95\xe9\x80\x92\xe5\x88\xb0\xe4\xb8\x8b\xe5\x88\x97"
		"\xe5\x9c\xb0\xe5\x9d\x80\xef\xbc\x9a\n"
		"\n"
		"bob@c.example\n"
		"\n"
		"\xe5\x8e\x9f\xe5\xa7\x8b\xe9\x82\xae\xe4\xbb\xb6\xe5\xa6\x82"
		"\xe4\xb8\x8b\n"},
	/* 很抱歉，您的邮件无法投递到下列地址： */
	{"Chinese, GB2312",
		"\xba\xdc\xb1\xa7\xc7\xb8\xa3\xac\xc4\xfa\xb5\xc4\xd3\xca\xbc"
		"\xfe\xce\xde\xb7\xa8\xcd\xb6\xb5\xdd\xb5\xbd\xcf\xc2\xc1\xd0"
		"\xb5\xd8\xd6\xb7\xa3\xba\n"
		"\n"
		"bob@c.example\n"
		"\n"
		"\xd4\xad\xca\xbc\xd3\xca\xbc\xfe\xc8\xe7\xcf\xc2\n"},
	/* 很抱歉，您的邮件无法投递到下列地址： */
	{"Chinese, GBK",
		"\xba\xdc\xb1\xa7\xc7\xb8\xa3\xac\xc4\xfa\xb5\xc4\xd3\xca\xbc"
		"\xfe\xce\xde\xb7\xa8\xcd\xb6\xb5\xdd\xb5\xbd\xcf\xc2\xc1\xd0"
		"\xb5\xd8\xd6\xb7\xa3\xba\n"
		"\n"
		"bob@c.example\n"
		"\n"
		"\xd4\xad\xca\xbc\xd3\xca\xbc\xfe\xc8\xe7\xcf\xc2\n"},
	/* 您的郵件無法送達下列收件者： */
	{"Chinese of Taiwan, UTF-8",
		"\xe6\x82\xa8\xe7\x9a\x84\xe9\x83\xb5\xe4\xbb\xb6\xe7\x84\xa1"
		"\xe6\xb3\x95\xe9\x80\x81\xe9\x81\x94\xe4\xb8\x8b\xe5\x88\x97"
		"\xe6\x94\xb6\xe4\xbb\xb6\xe8\x80\x85\xef\xbc\x9a\n"
		"\n"
		"bob@c.example\n"
		"\n"
		"\xe5\x8e\x9f\xe5\xa7\x8b\xe9\x83\xb5\xe4\xbb\xb6\n"},
	/* 您的郵件無法送達下列收件者： */
	{"Chinese of Taiwan, Big5",
		"\xb1z\xaa\xba\xb6l\xa5\xf3\xb5L\xaak\xb0" "e\xb9" "F\xa4U"
		"\xa6" "C\xa6\xac\xa5\xf3\xaa\xcc\xa1G\n"
		"\n"
		"bob@c.example\n"
		"\n"
		"\xad\xec\xa9l\xb6l\xa5\xf3\n"},
	/* Ваше сообщение не может быть доставлено. Пользователь не найден: */
	{"Russian, UTF-8",
		"\xd0\x92\xd0\xb0\xd1\x88\xd0\xb5 \xd1\x81\xd0\xbe\xd0\xbe"
		"\xd0\xb1\xd1\x89\xd0\xb5\xd0\xbd\xd0\xb8\xd0\xb5 \xd0\xbd"
		"\xd0\xb5 \xd0\xbc\xd0\xbe\xd0\xb6\xd0\xb5\xd1\x82 \xd0\xb1"
		"\xd1\x8b\xd1\x82\xd1\x8c \xd0\xb4\xd0\xbe\xd1\x81\xd1\x82"
		"\xd0\xb0\xd0\xb2\xd0\xbb\xd0\xb5\xd0\xbd\xd0\xbe. \xd0\x9f"
		"\xd0\xbe\xd0\xbb\xd1\x8c\xd0\xb7\xd0\xbe\xd0\xb2\xd0\xb0\xd1"
		"\x82\xd0\xb5\xd0\xbb\xd1\x8c \xd0\xbd\xd0\xb5 \xd0\xbd\xd0"
		"\xb0\xd0\xb9\xd0\xb4\xd0\xb5\xd0\xbd:\n"
		"\n"
		"bob@c.example\n"
		"\n"
		"\xd0\x98\xd1\x81\xd1\x85\xd0\xbe\xd0\xb4\xd0\xbd\xd0\xbe\xd0"
		"\xb5 \xd1\x81\xd0\xbe\xd0\xbe\xd0\xb1\xd1\x89\xd0\xb5\xd0"
		"\xbd\xd0\xb8\xd0\xb5\n"},
	/* Ваше сообщение не может быть доставлено. Пользователь не найден: */
	{"Russian, KOI8-R",
		"\xf7\xc1\xdb\xc5 \xd3\xcf\xcf\xc2\xdd\xc5\xce\xc9\xc5 \xce"
		"\xc5 \xcd\xcf\xd6\xc5\xd4 \xc2\xd9\xd4\xd8 \xc4\xcf\xd3\xd4"
		"\xc1\xd7\xcc\xc5\xce\xcf. \xf0\xcf\xcc\xd8\xda\xcf\xd7\xc1"
		"\xd4\xc5\xcc\xd8 \xce\xc5 \xce\xc1\xca\xc4\xc5\xce:\n"
		"\n"
		"bob@c.example\n"
		"\n"
		"\xe9\xd3\xc8\xcf\xc4\xce\xcf\xc5 \xd3\xcf\xcf\xc2\xdd\xc5"
		"\xce\xc9\xc5\n"},
	/* Ваше сообщение не может быть доставлено. Пользователь не найден: */
	{"Russian, windows-1251",
		"\xc2\xe0\xf8\xe5 \xf1\xee\xee\xe1\xf9\xe5\xed\xe8\xe5 \xed"
		"\xe5 \xec\xee\xe6\xe5\xf2 \xe1\xfb\xf2\xfc \xe4\xee\xf1\xf2"
		"\xe0\xe2\xeb\xe5\xed\xee. \xcf\xee\xeb\xfc\xe7\xee\xe2\xe0"
		"\xf2\xe5\xeb\xfc \xed\xe5 \xed\xe0\xe9\xe4\xe5\xed:\n"
		"\n"
		"bob@c.example\n"
		"\n"
		"\xc8\xf1\xf5\xee\xe4\xed\xee\xe5 \xf1\xee\xee\xe1\xf9\xe5"
		"\xed\xe8\xe5\n"},
	/* Votre message n'a pas pu être remis au destinataire bob@c.example. */
	{"French, UTF-8",
		"Votre message n'a pas pu \xc3\xaatre remis au destinatair"
		"e bob@c.example.\n"
		"\xc3\x89" "chec de la distribution.\n"},
	/* Votre message n'a pas pu être remis au destinataire bob@c.example. */
	{"French, ISO-8859-1",
		"Votre message n'a pas pu \xeatre remis au destinataire bo"
		"b@c.example.\n"
		"\xc9" "chec de la distribution.\n"},
	/* Ihre Nachricht an bob@c.example konnte nicht zugestellt werden. */
	{"German, UTF-8",
		"Ihre Nachricht an bob@c.example konnte nicht zugestellt w"
		"erden.\n"
		"Unbekannter Empf\xc3\xa4nger.\n"},
	/* Ihre Nachricht an bob@c.example konnte nicht zugestellt werden. */
	{"German, ISO-8859-1",
		"Ihre Nachricht an bob@c.example konnte nicht zugestellt w"
		"erden.\n"
		"Unbekannter Empf\xe4nger.\n"},
	/* Su mensaje no se pudo entregar a bob@c.example. */
	{"Spanish, ISO-8859-1",
		"Su mensaje no se pudo entregar a bob@c.example.\n"
		"Destinatario desconocido.\n"},
	/* Impossibile consegnare il messaggio a bob@c.example. */
	{"Italian, ISO-8859-1",
		"Impossibile consegnare il messaggio a bob@c.example.\n"
		"Destinatario sconosciuto.\n"},
	/* Não foi possível entregar a mensagem a bob@c.example. */
	{"Portuguese, ISO-8859-1",
		"N\xe3o foi poss\xedvel entregar a mensagem a bob@c.exampl"
		"e.\n"
		"Usu\xe1rio desconhecido.\n"},
	/* Wiadomość nie została dostarczona do adresata bob@c.example. */
	{"Polish, UTF-8",
		"Wiadomo\xc5\x9b\xc4\x87 nie zosta\xc5\x82" "a dostarczona"
		" do adresata bob@c.example.\n"
		"Nie mo\xc5\xbcna dostarczy\xc4\x87.\n"},
	/* Wiadomość nie została dostarczona do adresata bob@c.example. */
	{"Polish, ISO-8859-2",
		"Wiadomo\xb6\xe6 nie zosta\xb3" "a dostarczona do adresata"
		" bob@c.example.\n"
		"Nie mo\xbfna dostarczy\xe6.\n"},
};
/* clang-format on */

static const char returned[] = "Return-Path: <al@d.example>\n"
			       "Message-ID: <1@d.example>\n"
			       "From: al@d.example\n"
			       "To: bob@c.example\n"
			       "Subject: hello\n\n"
			       "text\n";

static void
reads_notices_of_many_languages(void **state)
{
	char text[2048];

	(void)state;
	for (size_t i = 0; i < COUNT(notices); i++) {
		const struct bs_dsn_facts *facts;

		snprintf(text, sizeof(text),
		    "From: postmaster@a.example\nTo: al@d.example\n\n%s\n%s",
		    notices[i].text, returned);
		facts = facts_of(text);
		if (facts->class != BS_DSN_NONSTANDARD ||
		    facts->kind != BS_KIND_DSN)
			fail_msg("%s: %s", notices[i].what,
			    bs_dsn_class_name(facts->class));
		if (!lists(&facts->message_ids, "1@d.example") ||
		    !lists(&facts->final_recipients, "bob@c.example"))
			fail_msg("%s", notices[i].what);
	}
}

/* The same words by a person, without a returned message, are mail. */
static void
people_may_speak_of_it(void **state)
{
	char text[2048];

	(void)state;
	for (size_t i = 0; i < COUNT(notices); i++) {
		snprintf(text, sizeof(text),
		    "From: eve@a.example\nTo: al@d.example\n\n%s",
		    notices[i].text);
		if (facts_of(text)->class != BS_DSN_ORDINARY)
			fail_msg("%s", notices[i].what);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_notices_of_many_languages),
	    cmocka_unit_test(people_may_speak_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
