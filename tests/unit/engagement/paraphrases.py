"""Paraphrases as people write them into a sheet, in which nobody could be found out."""

CLEAN: dict[str, str] = {
    "en": """Officers should walk the beat and greet people.
We want officers who talk with us, not down to us.
Young people are afraid on the bus and the train after dark.
Response is slow when we call 911 about noise.
Most people want better policing, some want more police.
When somebody is in a mental health crisis, send a trained professional first.
Immigrants are scared to report crimes because of their status.
Police in Austin should come to block parties and schools.
Many felt that officers drive by and never get out of the car.
Nobody follows up after a burglary.
The district council held three meetings and twelve people came.
About 40 residents met at the library on the West Side.
CAPS meetings are too early for people who work.
Black and Latino residents said they are stopped more often.
Officers were polite and explained why they stopped us.
Street lights on our block have been broken since January.
Participants asked for interpreters in Spanish and Chinese.
Elders remember when officers knew everybody on the block.
We need a list of mental-health services we can find easily.
Community violence workers calmed the situation before police came.
People do not trust the complaint process.
Domestic violence survivors waited two hours for help.
Loitering near the store is not a reason to arrest anyone.
Calls about unhoused neighbors should go to social workers.
In Englewood and Rogers Park people asked for foot patrols.
The training should include de-escalation and language skills.
Residents wanted updates every quarter, in print and online.
Teenagers said they feel watched in the shops downtown.
Trust takes time; it grows when officers keep their promises.
It would help if the same officers worked in the same beat.
A mother said her son was searched without a reason.
The beat meeting in March drew 25 people, twice as many as before.
Neighbors cleaned the vacant lot together with the liaison.
Gunshots at night keep our children awake.
Dispatchers should know what languages callers speak.
Carjackings went down after the new cameras.
LGBTQ residents asked for respectful words and pronouns.
Harassment on the Red Line is a problem for women.
Shelters are full, so people sleep in the park.
Please send the CARE team, not a patrol car, to wellness checks.
We met with the commander twice and nothing changed.
She was told to wait for 3 hours in 2025.""",
    "es": """Los oficiales deben caminar por el barrio y saludar a la gente.
Queremos policías que hablen con nosotros con respeto.
Los jóvenes tienen miedo en el autobús por la noche.
Tardan mucho en llegar cuando llamamos al 911.
La mayoría quiere mejor policía, algunos quieren más policía.
Cuando alguien está en crisis de salud mental, manden primero a un profesional.
Los inmigrantes no denuncian por miedo a su estatus.
Nadie da seguimiento después de un robo.
Las reuniones de CAPS son muy temprano para quienes trabajan.
Pidieron intérpretes de español y de chino.
Hace falta una lista de servicios fácil de encontrar.
El comandante vino dos veces y nada cambió.
Muchas personas no confían en el proceso de quejas.
Los vecinos limpiaron el lote vacío con el enlace comunitario.
En Pilsen y La Villita la gente pidió patrullas a pie.
Necesitamos más luces en las calles.
Una madre dijo que registraron a su hijo sin razón.
La confianza crece cuando cumplen sus promesas.
Los operadores deben saber qué idiomas hablamos.
Participaron unas 30 personas en la biblioteca.""",
    "zh": """警员应该步行巡逻，和居民打招呼。
我们希望警员与我们平等交谈，而不是居高临下。
年轻人晚上坐公交车感到害怕。
拨打911投诉噪音时，警察来得很慢。
有些人希望增加警察，绝大多数人希望改善警务。
有人出现心理健康危机时，应先派专业人员。
移民因为身份问题不敢报案。
入室盗窃后没有人跟进。
居民不信任投诉程序。
参与者要求提供西班牙语和中文翻译。
我们需要一份容易找到的心理健康服务清单。
警区指挥官来过两次，什么都没有改变。
老年居民记得以前警员认识街上的每个人。
许多警员从不下车与居民交流。
同一批警员应该长期在同一巡区工作。
社区参与式警务需要时间和资源。
任何警员都应接受缓和局势的培训。
公园里的路灯一月起就坏了。
大约30名居民参加了图书馆的会议。
邻居们和联络员一起清理了空地。""",
    "ar": """يجب أن يسير رجال الشرطة في الحي ويسلموا على الناس.
نريد شرطة تتحدث معنا باحترام.
يخاف الشباب في الحافلة ليلا.
تتأخر الاستجابة عندما نتصل برقم 911 بسبب الضوضاء.
معظم الناس يريدون شرطة أفضل وبعضهم يريد المزيد من الشرطة.
عند حدوث أزمة نفسية أرسلوا أولا مختصا مدربا.
يخشى المهاجرون الإبلاغ عن الجرائم بسبب وضعهم.
لا أحد يتابع بعد السرقة.
لا يثق الناس في إجراءات الشكاوى.
طلب المشاركون مترجمين للإسبانية والصينية.
نحتاج إلى قائمة خدمات يسهل العثور عليها.
جاء القائد مرتين ولم يتغير شيء.
يتذكر كبار السن أن الشرطة كانت تعرف الجميع.
يجب أن يعمل الضباط أنفسهم في المنطقة نفسها.
شارك نحو 30 شخصا في المكتبة.
نظف الجيران قطعة الأرض مع منسق المجتمع.
الإنارة معطلة في الحديقة منذ يناير.
قال السكان إن الضابط كان لطيفا معهم.
أم قالت إن ابنها فتش دون سبب.
الثقة تنمو عندما يفون بوعودهم.""",
}
