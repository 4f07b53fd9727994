from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0024_evaluation_surveys'),
    ]

    operations = [
        migrations.AddField(
            model_name='reviewtally',
            name='unjudged',
            field=models.BooleanField(default=False, verbose_name='未评完'),
        ),
        migrations.AddField(
            model_name='reviewtally',
            name='apart',
            field=models.BooleanField(default=False, verbose_name='与计算不符'),
        ),
        migrations.AddField(
            model_name='reviewtally',
            name='full_points',
            field=models.BooleanField(default=False, verbose_name='满分'),
        ),
    ]
